package io.openpanel.kernel.internal.setting;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;
import java.util.List;

/** What happens with settings. */
public final class SettingEvents {
    private SettingEvents() {}

    @Topic(value = "setting.changed", summary = "Settings of a plugin were changed")
    public record Changed(@Param(kind = "plugin") Ref plugin, List<String> names) {}
}
