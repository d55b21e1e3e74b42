package io.openpanel.sso;

/** What is known of a provider before anybody says so. */
public enum Preset {
    /** Anything that speaks OpenID Connect, such as Keycloak; its address is its issuer. */
    OIDC("", "groups"),
    GITLAB("https://gitlab.com", "groups_direct"),
    /** Google has no groups; the domain of a Workspace account takes their place. */
    GOOGLE("https://accounts.google.com", "hd"),
    /** OAuth 2 and a user API; groups are organisations and {@code organisation/team}. */
    GITHUB("https://github.com", ""),
    /** SAML 2.0; its address is its entity id, which its metadata says. */
    SAML("", "groups");

    private final String address;
    private final String groupsClaim;

    Preset(String address, String groupsClaim) {
        this.address = address;
        this.groupsClaim = groupsClaim;
    }

    /** Its address, or "" where everybody has their own. */
    public String address() {
        return address;
    }

    /** The claim, or attribute, that says somebody's groups. */
    public String groupsClaim() {
        return groupsClaim;
    }
}
