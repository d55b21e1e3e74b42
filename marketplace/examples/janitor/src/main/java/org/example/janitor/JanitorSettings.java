package org.example.janitor;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What whoever runs the panel decides for all teams. */
@ObjectClassDefinition(name = "%title", localization = "OSGI-INF/l10n/settings")
public @interface JanitorSettings {
    @AttributeDefinition(name = "%olderThan", description = "%olderThan.help", min = "PT10M", max = "P90D")
    String olderThan() default "PT24H";

    @AttributeDefinition(name = "%keep", description = "%keep.help", required = false)
    String[] keep() default {};

    @AttributeDefinition(name = "%dryRun", description = "%dryRun.help")
    boolean dryRun() default false;

    @AttributeDefinition(name = "%scheduled", description = "%scheduled.help")
    boolean scheduled() default true;
}
