package io.openpanel.api;

import org.osgi.annotation.versioning.ConsumerType;

/** Publish a component under this type; the panel reads its {@link Action}, {@link On} and {@link Every} methods. */
@ConsumerType
public interface Extension {}
