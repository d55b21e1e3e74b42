package io.openpanel.dev;

import java.io.PrintStream;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Builds a plugin when its sources change, and puts it live. What fails leaves the version before serving. */
final class Workshop {
    private static final long LOOK_MILLIS = 100;

    private final PluginFolder folder;
    private final PanelSocket panel;
    private final boolean isolated;
    private final PrintStream out;
    private final MavenBuild maven;
    private Optional<QuickBuild> quick = Optional.empty();
    private Map<Path, FileTime> built;
    private FileTime pomBuilt;

    Workshop(PluginFolder folder, PanelSocket panel, boolean isolated, PrintStream out) {
        this.folder = folder;
        this.panel = panel;
        this.isolated = isolated;
        this.out = out;
        this.maven = new MavenBuild(folder);
    }

    /** Goes on until it is interrupted. */
    void watch() throws InterruptedException {
        out.println("Watching " + folder.path() + "; Ctrl-C ends this, the plugin stays");
        while (true) {
            Thread.sleep(LOOK_MILLIS);
            Map<Path, FileTime> now = folder.state();
            if (!now.equals(built) && isSettled(now)) {
                rebuild();
            }
        }
    }

    /** Several files saved at once are one change. */
    private boolean isSettled(Map<Path, FileTime> now) throws InterruptedException {
        Thread.sleep(LOOK_MILLIS / 2);
        return folder.state().equals(now);
    }

    /** Builds what is there now and puts it live; whether that went well. */
    boolean rebuild() {
        built = folder.state();
        long began = System.nanoTime();
        try {
            boolean anew = quick.isEmpty() || !built.get(folder.pom()).equals(pomBuilt);
            Path jar = anew ? byMaven() : quick.get().jar();
            long packed = System.nanoTime();
            String live = panel.develop(jar, isolated);
            long end = System.nanoTime();
            out.println(live + " is live after " + seconds(began, end) + " s: built in " + seconds(began, packed)
                    + (anew ? " by Maven" : "") + ", installed in " + seconds(packed, end));
            if (anew) {
                learn(jar);
            }
            return true;
        } catch (Failed e) {
            out.println(e.getMessage());
            out.println("Not live. What served before goes on serving.");
            return false;
        }
    }

    private Path byMaven() {
        quick = Optional.empty();
        pomBuilt = built.get(folder.pom());
        if (pomBuilt == null) {
            throw new Failed("There is no pom.xml in " + folder.path()
                    + ": go to a plugin's folder, or make one as sdk/README.md says");
        }
        out.println("Building with Maven");
        return maven.jar();
    }

    /** The short way is taken where it makes what Maven made. */
    private void learn(Path byMaven) {
        Optional<QuickBuild> candidate = Pom.read(folder).map(pom -> new QuickBuild(folder, pom, maven.classPath()));
        if (candidate.isEmpty()) {
            out.println("Each change is built by Maven: the pom.xml does not say all of how bnd makes the jar");
            return;
        }
        Optional<String> difference =
                Likeness.difference(byMaven, candidate.get().jar());
        if (!folder.state().equals(built)) {
            // What was compared were two states of the sources: the next build is Maven's, and compared again.
            return;
        }
        if (difference.isEmpty()) {
            quick = candidate;
            return;
        }
        out.println("Each change is built by Maven: without it " + difference.get() + " would be another");
    }

    private static String seconds(long from, long to) {
        return String.format(Locale.ROOT, "%.2f", (to - from) / 1e9);
    }
}
