export const PRESETS = ['oidc', 'saml', 'gitlab', 'google', 'github'] as const;
export type Preset = typeof PRESETS[number];
export interface Rule { group: string; team: string; role: string }
export interface Certificate { purpose: 'signing' | 'encryption'; pem: string; validUntil: string; endsAt?: string }
export interface Provider {
  identityProvider: string; name: string; preset: Preset; address: string; clientId: string; hasSecret: boolean; groupsClaim: string;
  newcomers: boolean; secondFactor: string[]; offered: boolean; rules: Rule[]; redirectPath: string; metadata?: string; metadataPath?: string; logOut: boolean; logOutPath?: string; certificates: Certificate[];
}
