package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.exceptions.ScimException;
import java.util.List;

/** Between a kind of resource of SCIM and the actions that it stands for. */
interface Translation {
    /** {@code Users}: the path below a directory's. */
    String path();

    /** {@code User}. */
    String type();

    String schema();

    /** {@code directory-user}: the noun of its actions. */
    String noun();

    /** {@code directoryUser}: what the actions call it. */
    String field();

    /** A resource as a directory sees it, without {@code meta} and {@code id}. */
    void show(JsonNode item, ObjectNode resource);

    /** The input of the action that makes it, or makes all of it anew; what is not said is empty. */
    ObjectNode whole(ObjectNode resource) throws ScimException;

    /** The input of the action that changes it. */
    ObjectNode patched(ObjectNode resource, List<Patch> patches) throws ScimException;

    /** Whether a patch is answered with all of it; else with nothing, because it may be large. */
    boolean answersPatches();
}
