package io.openpanel.deploy.internal;

import org.eclipse.jgit.errors.ConfigInvalidException;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;

/** Keeps JGit from reading this machine's Git configuration, which may name programs to run. */
final class CleanSystemReader extends SystemReader.Delegate {
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
