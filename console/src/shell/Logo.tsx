export const Logo = () => (
  <svg className="logo" viewBox="0 0 32 32" aria-hidden>
    <rect width="32" height="32" rx="8" fill="#0b6e69" />
    <path d="M9 10.5h14M9 16h9M9 21.5h14" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" fill="none" />
    <circle cx="22.4" cy="16" r="1.9" fill="#7fe3d4" />
  </svg>
);
