import { visibleParts } from './visible-text.ts';

/** Text that came from an event. Characters that can not be seen are spelled out and marked. */
export function UntrustedText({ text }: { text: string }) {
  const parts = visibleParts(text);
  if (parts.length === 1 && parts[0] && !parts[0].escaped) return <bdi>{text}</bdi>;
  let at = 0;
  return (
    <bdi>
      {parts.map((part) => {
        const key = at++;
        return part.escaped ? (
          <span key={key} className="escaped">
            {part.text}
          </span>
        ) : (
          part.text
        );
      })}
    </bdi>
  );
}
