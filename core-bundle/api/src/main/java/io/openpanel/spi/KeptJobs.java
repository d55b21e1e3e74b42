package io.openpanel.spi;

import io.openpanel.api.Ref;
import java.util.List;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/** Says which jobs that ended long ago stay, with their logs, because something is still shown with them. */
@ConsumerType
public interface KeptJobs {
    /** Those of the jobs, of whichever team, that stay. */
    Set<Ref> among(List<Ref> jobs);
}
