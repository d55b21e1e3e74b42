package io.openpanel.spi;

import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** What teams may be given so much of and no more, and how much of it each has. */
@ProviderType
public interface Quotas {
    /** What a team has now of everything there is a quota for, by name. What a stopped plugin counts is not there. */
    List<Standing> of(Ref team);

    /** How much of something a team has. */
    record Standing(String name, String summary, Quota.Unit unit, long used) {}
}
