package io.openpanel.teams.internal;

/** Why somebody may do something or may not. */
public enum Reason {
    /** Everybody may. */
    OPEN,
    /** Everybody who is signed in may. */
    SIGNED_IN,
    /** Their role in the team has it. */
    ROLE,
    /** A grant on the resource, or on what it belongs to, has it. */
    GRANT,
    /** Neither their role nor a grant has it. */
    LACKING,
    /** Their role says that it does not have it. */
    WITHHELD,
    /** No role has it: its plugin's roles.yaml names none. */
    NO_ROLE_LINE,
    /** The team asks for a second factor, and they have none. */
    SECOND_FACTOR,
    /** It is about the panel itself, which the owners and admins of the first team look after. */
    OF_THE_PANEL,
    /** It is another team's. */
    OTHER_TEAM,
    /** The API key is not for this action. */
    KEY_ACTION,
    /** The API key is not for this resource. */
    KEY_RESOURCE
}
