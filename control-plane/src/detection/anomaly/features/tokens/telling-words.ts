/** What tells one program text from another, whatever else is in it. Each with the word it is told by. */
const WORDS: readonly (readonly [word: string, pattern: RegExp])[] = [
  ['/dev/tcp', /\/dev\/(?:tcp|udp)\//],
  ['/inet', /\/inet[46]?\//],
  ['socket', /\bsocket\b|\bfsockopen\b|\bnet\.connect|create_connection/i],
  ['http', /\bhttps?:|\burllib|\brequests?\.|\bfetch\(/i],
  ['system', /\bsystem\s*\(|child_process|\bpopen|\bsubprocess|\bspawn|\bshell_exec|\bpassthru/i],
  ['exec', /\bexec[lv]?p?e?\s*\(/i],
  ['eval', /\beval\b/],
  ['base64', /base64|\bb64decode|\batob\(/i],
  ['decode', /\bunhex|\bfromhex|\bxxd\b|\bgunzip|\bzlib/i],
  // no more than a line of it: what is looked for behind every `copy` of a long text takes the time of its square
  ['copy program', /\bcopy\b[^;]{0,200}\bprogram\b/i],
  ['copy', /\bcopy\b[^;]{0,200}\b(?:to|from)\b/i],
  ['drop', /\bdrop\s+(?:table|database|schema|role|user)\b/i],
  ['grant', /\b(?:grant|alter\s+(?:role|user)|create\s+(?:role|user|extension))\b/i],
  ['read file', /\bpg_read|\blo_import|\bload_file|\breadFile|\bopen\s*\(/i],
  ['write file', /\blo_export|\binto\s+outfile|\bwriteFile|\bappendFile/i],
  ['secrets', /\/etc\/shadow|\bid_rsa|\.ssh\/|serviceaccount|\/run\/secrets|\.aws\//i],
  ['history', /\bHISTFILE|_history\b/],
  ['redirect', />\s{0,20}(?:&\s{0,20})?\/(?!dev\/null)/],
];

const LONGEST = 8192;

/** The words by which a program text is told, each behind a blank; empty when it has none of them. */
export function tellingWords(code: string): string {
  const text = code.length > LONGEST ? code.slice(0, LONGEST) : code;
  let out = '';
  for (const [word, pattern] of WORDS) if (pattern.test(text)) out += ` ${word}`;
  return out;
}
