package io.openpanel.deploy.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.ResetCommand;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.PackLock;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.eclipse.jgit.util.SystemReader;

/** Fetches one commit of a repository into a folder. No hook, submodule or program of the repository's choice is run. */
final class Checkout {
    private static final Duration LONGEST = Duration.ofMinutes(10);
    private static final int TIMEOUT_SECONDS = 30;
    private static final int MOST_BRANCHES_SHOWN = 10;

    static {
        SystemReader.setInstance(new CleanSystemReader(SystemReader.getInstance()));
    }

    private final Apps.Row app;
    private final Call call;
    private final Path folder;
    private final Consumer<String> firstHostKey;
    private final CloneProgress progress;

    Checkout(Apps.Row app, Call call, Path folder, Consumer<String> firstHostKey) {
        this(app, call, folder, firstHostKey, LONGEST);
    }

    Checkout(Apps.Row app, Call call, Path folder, Consumer<String> firstHostKey, Duration longest) {
        this.app = app;
        this.call = call;
        this.folder = folder;
        this.firstHostKey = firstHostKey;
        this.progress = new CloneProgress(call, folder, longest);
    }

    /** What was fetched. */
    record Commit(String id, String author, String message) {}

    /**
     * Fetches the branch's newest commit, or a given one.
     *
     * @throws Problem saying what is wrong with the repository, its branch or the way there
     */
    Commit fetch(Optional<String> wanted) {
        GitAddress address = GitAddress.parse(app.git().orElseThrow());
        if (!app.privateSource() && address.isPrivate()) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The repository's host " + address.host()
                            + " is at a private address; an owner or admin must save the app's repository once to allow it");
        }
        if (address.scheme().equals("ssh")) {
            return fetched(wanted);
        }
        OwnHostOnly http = new OwnHostOnly(app, progress);
        return limited(http::end, http::use, wanted);
    }

    private Commit fetched(Optional<String> wanted) {
        try (SshdSessionFactory ssh = ssh()) {
            return limited(ssh::close, transport -> ((SshTransport) transport).setSshSessionFactory(ssh), wanted);
        }
    }

    /** @param way how a transport gets to the repository; it is ended where the clone is */
    private Commit limited(Runnable end, Consumer<Transport> way, Optional<String> wanted) {
        try (CloneLimit limit = new CloneLimit(progress, end)) {
            return fetched(way, wanted, true);
        } catch (GitAPIException | IOException | URISyntaxException e) {
            progress.check();
            throw GitProblems.of(e, app);
        }
    }

    /** By one connection, which says what there is and then sends it: a clone of JGit's asks twice. */
    private Commit fetched(Consumer<Transport> way, Optional<String> wanted, boolean shallow)
            throws GitAPIException, IOException, URISyntaxException {
        clear();
        try (Git git = Git.init().setDirectory(folder.toFile()).call();
                Transport transport = transport(git.getRepository(), way)) {
            if (shallow) {
                transport.setDepth(1);
            }
            Optional<Ref> branch = received(transport, wanted, shallow);
            if (branch.isPresent()) {
                if (branch.get().getName().startsWith(Constants.R_HEADS)) {
                    git.getRepository()
                            .updateRef(Constants.HEAD)
                            .link(branch.get().getName());
                }
                return checkout(git, branch.get(), wanted);
            }
        } catch (IOException e) {
            // A server that only hands out files knows no shallow clone.
            if (!shallow || call.cancelled() || !GitProblems.isShallowUnsupported(e)) {
                throw e;
            }
        }
        return fetched(way, wanted, false);
    }

    /** The branch, once its commits are here; nothing where it is one that only a clone with its history has. */
    private Optional<Ref> received(Transport transport, Optional<String> wanted, boolean shallow) throws IOException {
        try (FetchConnection connection = transport.openFetch()) {
            Ref branch = branch(new TreeMap<>(connection.getRefsMap()));
            boolean newest =
                    wanted.isEmpty() || wanted.get().equals(branch.getObjectId().name());
            if (shallow && !newest) {
                return Optional.empty();
            }
            call.log("Cloning " + app.git().get()
                    + (branch.getName().startsWith(Constants.R_TAGS) ? ", tag " : ", branch ")
                    + Repository.shortenRefName(branch.getName()));
            connection.fetch(progress, List.of(branch), Set.of());
            for (PackLock lock : connection.getPackLocks()) {
                lock.unlock();
            }
            return Optional.of(branch);
        }
    }

    private Ref branch(Map<String, Ref> refs) {
        List<String> branches = refs.keySet().stream()
                .filter(name -> name.startsWith(Constants.R_HEADS))
                .map(Repository::shortenRefName)
                .toList();
        if (branches.isEmpty()) {
            throw new Problem(
                    Problem.Kind.INVALID, "The repository " + app.git().get() + " is empty; push a commit first");
        }
        // As Git itself writes them, too: people paste what their host or "git branch -a" shows.
        String name = app.branch().map(String::strip).orElse("").replaceFirst("^refs/(heads|tags)/", "");
        if (name.isEmpty()) {
            return head(refs);
        }
        Ref branch = refs.getOrDefault(Constants.R_HEADS + name, refs.get(Constants.R_TAGS + name));
        if (branch == null) {
            String known = String.join(
                    ", ", branches.stream().limit(MOST_BRANCHES_SHOWN).toList());
            throw new Problem(
                    Problem.Kind.INVALID,
                    "The repository has no branch '" + name + "'; it has " + known
                            + (branches.size() > MOST_BRANCHES_SHOWN
                                    ? " and " + (branches.size() - MOST_BRANCHES_SHOWN) + " more"
                                    : ""));
        }
        return branch;
    }

    private static Ref head(Map<String, Ref> refs) {
        Ref head = refs.get(Constants.HEAD);
        if (head != null
                && head.isSymbolic()
                && refs.containsKey(head.getTarget().getName())) {
            return refs.get(head.getTarget().getName());
        }
        for (String name : List.of("main", "master")) {
            Ref usual = refs.get(Constants.R_HEADS + name);
            if (usual != null && (head == null || usual.getObjectId().equals(head.getObjectId()))) {
                return usual;
            }
        }
        return refs.values().stream()
                .filter(ref -> ref.getName().startsWith(Constants.R_HEADS))
                .filter(ref -> head == null || ref.getObjectId().equals(head.getObjectId()))
                .findFirst()
                .orElseThrow();
    }

    private Commit checkout(Git git, Ref branch, Optional<String> wanted) throws GitAPIException {
        Repository repository = git.getRepository();
        try (RevWalk walk = new RevWalk(repository)) {
            ObjectId id = wanted.isPresent() ? repository.resolve(wanted.get() + "^{commit}") : branch.getObjectId();
            if (id == null) {
                throw new Problem(Problem.Kind.INVALID, "The branch has no commit " + wanted.orElse(""));
            }
            RevCommit commit = walk.parseCommit(id);
            git.reset()
                    .setMode(ResetCommand.ResetType.HARD)
                    .setRef(commit.name())
                    .call();
            call.log("At " + commit.abbreviate(10).name() + ' ' + commit.getShortMessage());
            Unfetched.of(repository).forEach(call::log);
            return new Commit(commit.name(), commit.getAuthorIdent().getName(), commit.getShortMessage());
        } catch (IOException | IllegalArgumentException e) {
            throw new Problem(
                    Problem.Kind.INVALID, "The branch has no commit " + wanted.orElse("") + ": " + e.getMessage(), e);
        }
    }

    private Transport transport(Repository repository, Consumer<Transport> way) throws IOException, URISyntaxException {
        Transport transport = Transport.open(
                repository, new URIish(GitAddress.parse(app.git().orElseThrow()).url()));
        transport.setTimeout(TIMEOUT_SECONDS);
        app.plainToken().map(Checkout::credentials).ifPresent(transport::setCredentialsProvider);
        way.accept(transport);
        return transport;
    }

    /** Most hosts take any user beside a token; where one does not, the user stands before it. */
    private static CredentialsProvider credentials(String token) {
        int colon = token.indexOf(':');
        return colon < 0
                ? new UsernamePasswordCredentialsProvider("x-access-token", token)
                : new UsernamePasswordCredentialsProvider(token.substring(0, colon), token.substring(colon + 1));
    }

    private SshdSessionFactory ssh() {
        // Named so that nothing is looked for in the home of whoever runs the panel; it does not exist.
        File nowhere = folder.resolveSibling("ssh").toFile();
        KnownHost host = new KnownHost(app.knownHost(), app.privateSource(), firstHostKey);
        List<KeyPair> keys = app.plainDeployKey().map(Checkout::keys).orElse(List.of());
        return new SshdSessionFactoryBuilder()
                .setPreferredAuthentications("publickey")
                .setHomeDirectory(nowhere)
                .setSshDirectory(nowhere)
                .setConfigStoreFactory((home, config, user) -> null)
                .setDefaultIdentities(any -> List.of())
                .setDefaultKeysProvider(any -> keys)
                .setServerKeyDatabase((home, directory) -> host)
                .build(null);
    }

    /** Read in memory: a key in a file would outlive a crash. */
    private static List<KeyPair> keys(String key) {
        List<KeyPair> pairs = new ArrayList<>();
        try (InputStream in = new ByteArrayInputStream((key + '\n').getBytes(StandardCharsets.UTF_8))) {
            SecurityUtils.loadKeyPairIdentities(
                            null, NamedResource.ofName("deploy key"), in, FilePasswordProvider.EMPTY)
                    .forEach(pairs::add);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new Problem(
                    Problem.Kind.INVALID,
                    "The deploy key is no private key without a passphrase in OpenSSH or PEM form; give the app another",
                    e);
        }
        if (pairs.isEmpty()) {
            throw new Problem(Problem.Kind.INVALID, "The deploy key holds no private key; give the app another");
        }
        return pairs;
    }

    /** Removes what an attempt before this one left. */
    private void clear() {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot clear " + folder, e);
        }
    }
}
