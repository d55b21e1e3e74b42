package io.openpanel.kernel.internal.plugin;

/** So much at once, and so much a second. */
final class Throttle {
    private final double perSecond;
    private final double most;
    private double left;
    private long looked = System.nanoTime();

    Throttle(int perSecond, int most) {
        this.perSecond = perSecond;
        this.most = most;
        this.left = most;
    }

    /** Whether one more may pass. */
    synchronized boolean take() {
        long now = System.nanoTime();
        left = Math.min(most, left + (now - looked) / 1e9 * perSecond);
        looked = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
