package io.openpanel.kernel.internal.setting;

import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.testkit.PluginJar;

/** A plugin with settings, which tells what it was given and how often. */
final class Lamp {
    private static final String CODE =
            """
            package lamp;
            import io.openpanel.api.*;
            import java.util.Map;
            import java.util.Optional;
            import java.util.TreeMap;
            public class LampActions implements Extension {
                public record Told(String given, int activated, int modified) {}
                private static int activated;
                private int modified;
                private volatile Map<String, Object> settings;
                public LampActions(Panel panel, Map<String, Object> settings) {
                    activated++;
                    this.settings = settings;
                }
                public void modified(Map<String, Object> settings) {
                    modified++;
                    this.settings = settings;
                }
                @Action(value = "lamp.blurt", summary = "Says its key", effect = Action.Effect.CHANGE, job = true)
                public Told blurt(Call call) {
                    call.log("the key is " + settings.get(".key"));
                    return new Told("nothing", activated, modified);
                }
                @Action(value = "lamp.tell", summary = "Tells its settings", effect = Action.Effect.READ)
                public Told tell() {
                    Map<String, Object> given = new TreeMap<>(settings);
                    given.keySet().removeIf(name -> name.matches("(component|service|osgi)[.].*"));
                    return new Told(given.toString(), activated, modified);
                }
            }
            """;
    static final String ATTRIBUTES =
            """
            <AD id="watts" type="Integer" min="1" max="100" default="40" name="%watts" description="%watts.help"/>
            <AD id="on" type="Boolean" default="true" name="On" description="Whether it shines"/>
            <AD id="fadesAfter" type="String" min="PT1S" default="PT10M" name="Fades after" description="How long"/>
            <AD id="colour" type="String" default="white" name="Colour" description="Of the light">
              <Option label="White" value="white"/><Option label="Red" value="red"/>
            </AD>
            <AD id="rooms" type="String" cardinality="2147483647" required="false" name="Rooms" description="Where"/>
            <AD id=".key" type="Password" required="false" name="Key" description="Of the switch"/>
            """;

    private Lamp() {}

    static PluginJar version(String version) {
        return version(version, ATTRIBUTES);
    }

    static PluginJar version(String version, String attributes) {
        return PluginJar.of("lamp", version)
                .configured("lamp.LampActions", CODE, Extension.class.getName(), attributes, Panel.class.getName())
                .file("OSGI-INF/l10n/settings.properties", "watts=Watts\nwatts.help=How bright it is\n")
                .file("OSGI-INF/l10n/settings_pt_BR.properties", "watts=Potência\nwatts.help=O brilho, em watts\n")
                .file("OPENPANEL-INF/roles.yaml", "lamp.tell: [owner]\nlamp.blurt: [owner]\n");
    }
}
