/** The tactics of MITRE ATT&CK for enterprises in the order of an attack, by their short names. */
export const TACTICS = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
] as const;
export type Tactic = (typeof TACTICS)[number];

/** Numbers of techniques by the tactics they serve, several tactics in the order of an attack. */
const TECHNIQUES: readonly (readonly [tactics: readonly Tactic[], techniques: string])[] = [
  [['reconnaissance'], '1592 1595'],
  [['initial-access'], '1189 1190 1195 1199 1566'],
  [['initial-access', 'persistence'], '1133'],
  [['initial-access', 'persistence', 'privilege-escalation', 'defense-evasion'], '1078'],
  [['execution'], '1059 1106 1129 1203 1204 1559 1609 1648 1651'],
  [['execution', 'persistence', 'privilege-escalation'], '1053'],
  [['execution', 'lateral-movement'], '1072'],
  [['execution', 'defense-evasion'], '1610'],
  [['persistence'], '1136 1505 1525 1554 1653'],
  [['persistence', 'privilege-escalation'], '1037 1098 1543 1546 1547'],
  [['persistence', 'privilege-escalation', 'defense-evasion'], '1574'],
  [['persistence', 'defense-evasion'], '1542'],
  [['persistence', 'defense-evasion', 'credential-access'], '1556'],
  [['persistence', 'defense-evasion', 'command-and-control'], '1205'],
  [['privilege-escalation'], '1068 1611'],
  [['privilege-escalation', 'defense-evasion'], '1055 1484 1548'],
  [['defense-evasion'], '1014 1027 1036 1070 1140 1202 1211 1216 1218 1222 1480 1553 1562 1564 1612 1620'],
  [['defense-evasion', 'discovery'], '1497 1622'],
  [['defense-evasion', 'lateral-movement'], '1550'],
  [['credential-access'], '1003 1110 1212 1528 1539 1552 1555 1558 1606 1621'],
  [['credential-access', 'discovery'], '1040'],
  [['credential-access', 'collection'], '1056 1557'],
  [
    ['discovery'],
    '1007 1016 1018 1033 1046 1049 1057 1069 1082 1083 1087 1124 1135 1201 1518 1526 1580 1613 1614 1619 1652 1654',
  ],
  [['lateral-movement'], '1021 1210 1563 1570'],
  [['collection'], '1005 1039 1074 1113 1115 1119 1125 1213 1530 1560'],
  [['command-and-control'], '1001 1008 1071 1090 1092 1095 1102 1104 1105 1132 1219 1568 1571 1572 1573'],
  [['exfiltration'], '1011 1020 1029 1030 1041 1048 1052 1537 1567'],
  [['impact'], '1485 1486 1489 1490 1491 1495 1496 1498 1499 1529 1531 1561 1565 1657'],
];

const TACTICS_OF: ReadonlyMap<string, readonly Tactic[]> = new Map(
  TECHNIQUES.flatMap(([tactics, numbers]) => numbers.split(' ').map((number) => [`T${number}`, tactics] as const)),
);

/** ATT&CK numbers its tactics from TA0001 on, with later ones at the end. */
const BY_NUMBER: Readonly<Record<string, Tactic>> = {
  TA0001: 'initial-access',
  TA0002: 'execution',
  TA0003: 'persistence',
  TA0004: 'privilege-escalation',
  TA0005: 'defense-evasion',
  TA0006: 'credential-access',
  TA0007: 'discovery',
  TA0008: 'lateral-movement',
  TA0009: 'collection',
  TA0010: 'exfiltration',
  TA0011: 'command-and-control',
  TA0040: 'impact',
  TA0042: 'resource-development',
  TA0043: 'reconnaissance',
};

const TECHNIQUE = /^T\d{4}(\.\d{3})?$/i;

/** What of an alert names tactics and techniques. */
export interface AttackTags {
  readonly tags: readonly string[];
  readonly mitre: readonly string[];
}

/** Techniques and sub-techniques that an alert names, each once and in upper case. */
export function techniquesOf({ tags, mitre }: AttackTags): string[] {
  const named = [...mitre, ...tags].filter((tag) => TECHNIQUE.test(tag));
  return [...new Set(named.map((tag) => tag.toUpperCase()))];
}

/**
 * The tactics of an alert in the order of an attack. Tags that name a tactic decide (`mitre_persistence`, `TA0003`); a
 * technique that serves none of those adds its earliest one. What is not known adds nothing.
 */
export function tacticsOf(alert: AttackTags): Tactic[] {
  const found = new Set([...alert.tags, ...alert.mitre].map(tacticOfTag).filter((tactic) => tactic !== undefined));
  for (const technique of techniquesOf(alert)) {
    const tactics = TACTICS_OF.get(technique.slice(0, 5)) ?? [];
    const [earliest] = tactics;
    if (earliest && !tactics.some((tactic) => found.has(tactic))) found.add(earliest);
  }
  return TACTICS.filter((tactic) => found.has(tactic));
}

function tacticOfTag(tag: string): Tactic | undefined {
  const name = /^mitre_([a-z_]+)$/i.exec(tag)?.[1]?.toLowerCase().replaceAll('_', '-');
  return TACTICS.find((tactic) => tactic === name) ?? BY_NUMBER[tag.toUpperCase()];
}
