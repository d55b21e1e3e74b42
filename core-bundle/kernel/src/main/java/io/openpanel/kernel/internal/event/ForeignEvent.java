package io.openpanel.kernel.internal.event;

import io.openpanel.api.Ref;
import java.util.Optional;

/**
 * An event whose record is in another process.
 *
 * @param json its data
 */
public record ForeignEvent(String topic, boolean durable, String json, Optional<Ref> ref) {}
