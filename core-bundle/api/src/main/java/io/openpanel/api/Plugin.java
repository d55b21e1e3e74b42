package io.openpanel.api;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Capability;
import org.osgi.annotation.bundle.Requirement;

/** Names a plugin; stands on its {@code package-info}, from where the build writes it into the manifest. */
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.PACKAGE)
@Capability(
        namespace = "openpanel.plugin",
        attribute = {"id=${#id}", "title=${#title}", "uses:List<String>=\"${#uses}\""})
@Requirement(namespace = "openpanel.host", filter = "(api=1)")
public @interface Plugin {
    /** Lower-case, at most 24 characters; also the name of the plugin's database schema: {@code docker}. */
    String id();

    /** The name people see: {@code Containers}. */
    String title();

    /**
     * Actions and events of other plugins this one relies on, as globs: {@code container.*}; and the hosts it sends requests
     * to by way of {@code http.send}, by their names: {@code host:hooks.slack.com}.
     */
    String[] uses() default {};
}
