package io.openpanel.deploy.internal;

import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.ConfigConstants;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/** Keeps JGit from reading this machine's Git configuration, which may name programs to run. */
final class CleanSystemReader extends SystemReader.Delegate {
    /** No file system of a server has coarser times; JGit would take seconds to measure it, with files of its own. */
    private static final long TIMESTAMP_MILLIS = 20;

    CleanSystemReader(SystemReader inner) {
        super(inner);
    }

    @Override
    public FileBasedConfig openUserConfig(Config parent, FS fs) {
        return empty(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(Config parent, FS fs) {
        return empty(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(Config parent, FS fs) {
        return empty(parent, fs);
    }

    @Override
    public FileBasedConfig getUserConfig() throws ConfigInvalidException {
        return empty(null, FS.DETECTED);
    }

    @Override
    public FileBasedConfig getSystemConfig() throws ConfigInvalidException {
        return empty(null, FS.DETECTED);
    }

    @Override
    public FileBasedConfig getJGitConfig() throws ConfigInvalidException {
        return empty(null, FS.DETECTED);
    }

    private static FileBasedConfig empty(Config parent, FS fs) {
        return new FileBasedConfig(parent, null, fs) {
            @Override
            public long getTimeUnit(String section, String subsection, String name, long otherwise, TimeUnit unit) {
                return section.equals(ConfigConstants.CONFIG_FILESYSTEM_SECTION)
                        ? unit.convert(TIMESTAMP_MILLIS, TimeUnit.MILLISECONDS)
                        : super.getTimeUnit(section, subsection, name, otherwise, unit);
            }

            @Override
            public void load() {
                // There is no file.
            }

            @Override
            public boolean isOutdated() {
                return false;
            }

            @Override
            public void save() {
                // There is no file.
            }
        };
    }
}
