import type { ReactNode } from 'react';

interface IconProps {
  /** Width and height in px. */
  size?: number;
}

/** A line icon of 16 px, drawn for Picket. It says nothing to a screen reader: the text beside it does. */
function Icon({ size = 16, children }: IconProps & { children: ReactNode }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  );
}

export const SearchIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="7" cy="7" r="4.5" />
    <path d="m10.500 10.500 3.500 3.500" />
  </Icon>
);

export const FilterIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M2 3.500h12M4.500 8h7M7 12.500h2" />
  </Icon>
);

export const CloseIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m3.500 3.500 9 9m0-9-9 9" />
  </Icon>
);

export const BackIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M13 8H3m4-4.500L2.500 8 7 12.500" />
  </Icon>
);

export const UpIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m3.500 10 4.500-4.500L12.500 10" />
  </Icon>
);

export const DownIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m3.500 6 4.500 4.500L12.500 6" />
  </Icon>
);

export const PauseIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M5.500 3v10m5-10v10" />
  </Icon>
);

export const PlayIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M5 3v10l7.500-5z" />
  </Icon>
);

export const CopyIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="5.500" y="5.500" width="8" height="8" rx="1.500" />
    <path d="M10.500 3.500v-.500a.500.500 0 0 0-.500-.500H3a.500.500 0 0 0-.500.500v7a.500.500 0 0 0 .500.500h.500" />
  </Icon>
);

export const CheckIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m3 8.500 3.500 3.500L13 4.500" />
  </Icon>
);

export const LinkIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M6.500 9.500 9.500 6.500M7 4.500l1.300-1.300a3 3 0 0 1 4.300 4.300L11.500 8.800M9 11.500l-1.300 1.300a3 3 0 0 1-4.300-4.300L4.500 7.200" />
  </Icon>
);

export const GapIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M2 8h3m6 0h3M7 4.500l2 7" />
  </Icon>
);

export const PartialIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="8" cy="8" r="5.500" strokeDasharray="3 2.500" />
    <path d="M8 8h.010" />
  </Icon>
);

export const ContainerIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m8 1.800 5.500 3v6.400l-5.500 3-5.500-3V4.800zM2.500 4.800 8 7.800l5.500-3M8 7.800v6.400" />
  </Icon>
);

export const NodeIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="2" y="2.500" width="12" height="4.500" rx="1" />
    <rect x="2" y="9" width="12" height="4.500" rx="1" />
    <path d="M4.500 4.750h.010M4.500 11.250h.010" />
  </Icon>
);

export const SunIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="8" cy="8" r="3" />
    <path d="M8 1.500v1M8 13.500v1M1.500 8h1M13.500 8h1M3.400 3.400l.700.700M11.900 11.900l.700.700M3.400 12.600l.700-.700M11.900 4.100l.700-.700" />
  </Icon>
);

export const MoonIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z" />
  </Icon>
);

export const ScreenIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="1.500" y="2.500" width="13" height="9" rx="1.200" />
    <path d="M5.500 14h5" />
  </Icon>
);

export const GlobeIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="8" cy="8" r="6" />
    <path d="M2 8h12M8 2c2 1.800 2.500 4 2.500 6S10 12.200 8 14C6 12.200 5.500 10 5.500 8S6 3.800 8 2z" />
  </Icon>
);

export const UserIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="8" cy="5.500" r="2.700" />
    <path d="M2.800 13.700a5.300 5.300 0 0 1 10.400 0" />
  </Icon>
);

export const KeyboardIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="1.500" y="4" width="13" height="8.500" rx="1.200" />
    <path d="M4 6.800h.010M6.700 6.800h.010M9.300 6.800h.010M12 6.800h.010M5 9.800h6" />
  </Icon>
);

export const LogoutIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M9.500 2.500h-6v11h6M6.500 8h8m-2.500-2.500L14.500 8 12 10.500" />
  </Icon>
);

/** The sign of Picket: a fence. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0b7285" />
      <path d="M5 25V11l3-4 3 4v14zM12.500 25V11l3.500-4 3.500 4v14zM21 25V11l3-4 3 4v14z" fill="#fff" />
      <path d="M3 15h26M3 20.500h26" stroke="#0b7285" strokeWidth="1.600" />
    </svg>
  );
}
