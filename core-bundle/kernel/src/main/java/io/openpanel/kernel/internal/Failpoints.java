package io.openpanel.kernel.internal;

/** Does nothing. The suite {@code failpoints} puts a class of its own in the place of this one. */
public final class Failpoints {
    private Failpoints() {}

    /** Says that a step has just become durable. */
    public static void hit(Failpoint point) {
        // Nothing in the product.
    }
}
