package io.openpanel.api;

import java.util.Set;

/**
 * Which resources of a kind the caller may see. Each list, search and stream leaves out what it does not include.
 *
 * @param all everything of the call's team (and, for resources of the panel itself, all of those)
 * @param refs where not all: the resources, and the parents whose children are included
 */
public record Reach(boolean all, Set<Ref> refs) {
    /** Whether the resource, or one of the resources it belongs to, is included. */
    public boolean includes(Ref ref, Ref... parents) {
        if (all || refs.contains(ref)) {
            return true;
        }
        for (Ref parent : parents) {
            if (refs.contains(parent)) {
                return true;
            }
        }
        return false;
    }
}
