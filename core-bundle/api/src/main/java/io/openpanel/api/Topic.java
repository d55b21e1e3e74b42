package io.openpanel.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Makes a public record an event, published with {@link Database.Tx#publish}. Its first {@link Ref} orders delivery. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Topic {
    /** {@code noun.participle}: {@code deployment.finished}. */
    String value();

    /** When it happens, one sentence. */
    String summary();

    /** Whether each hearer gets it even after a crash; {@code false} for gauges and log lines. */
    boolean durable() default true;
}
