package io.openpanel.kernel.internal.limit;

import io.openpanel.kernel.LimitSettings;
import java.util.Locale;

/** Whose calls are counted together, and how many a minute they may be where nothing else is set. */
enum Limit {
    USER("callsPerUser", LimitSettings.USER, "You have made as many calls as you may"),
    KEY("callsPerKey", LimitSettings.KEY, "This key has made as many calls as it may"),
    TEAM("callsPerTeam", LimitSettings.TEAM, "Your team has made as many calls as it may"),
    ADDRESS("callsPerAddress", LimitSettings.ADDRESS, "As many calls as may came from your address"),
    /** What an action says of itself, whoever calls it. */
    ACTION("", 0, "You have done this as often as you may");

    private final String setting;
    private final int standard;
    private final String who;

    Limit(String setting, int standard, String who) {
        this.setting = setting;
        this.standard = standard;
        this.who = who;
    }

    String setting() {
        return setting;
    }

    int standard() {
        return standard;
    }

    String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    String refusal(long quota, long seconds) {
        return who + ", " + quota + " a minute; try again in " + seconds + " s";
    }
}
