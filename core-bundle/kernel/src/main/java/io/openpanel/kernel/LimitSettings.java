package io.openpanel.kernel;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** How often the panel may be called, from where, and how long it keeps what ended. */
@ObjectClassDefinition(id = LimitSettings.PID, name = "%title", localization = "OSGI-INF/l10n/limits")
public @interface LimitSettings {
    String PID = "io.openpanel.kernel.limits";
    int USER = 600;
    int KEY = 1_200;
    int TEAM = 6_000;
    int ADDRESS = 6_000;
    int JOB_DAYS = 90;

    @AttributeDefinition(name = "%user", description = "%user.help", min = "0", max = "1000000")
    int callsPerUser() default USER;

    @AttributeDefinition(name = "%key", description = "%key.help", min = "0", max = "1000000")
    int callsPerKey() default KEY;

    @AttributeDefinition(name = "%team", description = "%team.help", min = "0", max = "1000000")
    int callsPerTeam() default TEAM;

    @AttributeDefinition(name = "%address", description = "%address.help", min = "0", max = "1000000")
    int callsPerAddress() default ADDRESS;

    @AttributeDefinition(name = "%jobs", description = "%jobs.help", min = "1", max = "3650")
    int jobDays() default JOB_DAYS;

    @AttributeDefinition(name = "%allowed", description = "%allowed.help", cardinality = 1_000, required = false)
    String[] allowedAddresses() default {};
}
