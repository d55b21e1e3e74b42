package io.openpanel.activity.internal;

/** A message as it is sent: the same in plain text and in simple HTML. */
public record Letter(String subject, String text, String html) {}
