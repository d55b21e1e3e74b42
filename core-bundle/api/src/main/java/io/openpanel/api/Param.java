package io.openpanel.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes and limits one component of an input, output, event or settings record. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Param {
    /** A line of help for people and models. */
    String value() default "";

    /**
     * For a {@link Ref} (or a list of them) the kind it points at, {@code "*"} for any; for a {@code long}, {@code "bytes"}; for text, {@code
     * "multiline"}; {@code "hidden"} for what may hold a secret somewhere inside: it is written to no audit row or answer.
     */
    String kind() default "";

    /** A second action the caller must be allowed on this {@link Ref}; {@code "*.get"} is that of the kind it points at. */
    String needs() default "";

    /** Shown as placeholder and in the reference. */
    String example() default "";

    /** A regular expression the whole text must match. */
    String pattern() default "";

    /** The least number, the least length of a text or the least size of a list. */
    long min() default Long.MIN_VALUE;

    /**
     * The greatest number, length or size. Without one a text may have 4,096 characters, a multiline one 1,048,576, a {@link Secret} 65,536,
     * and a list or a map 10,000 items.
     */
    long max() default Long.MAX_VALUE;
}
