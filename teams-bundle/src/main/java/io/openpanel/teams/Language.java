package io.openpanel.teams;

/** A language of messages. */
public enum Language {
    EN,
    PT_BR
}
