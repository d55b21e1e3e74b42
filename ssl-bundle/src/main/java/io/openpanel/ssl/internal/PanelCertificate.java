package io.openpanel.ssl.internal;

import io.openpanel.ssl.Issuer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The certificate the proxy shows for the panel itself, in a key store the proxy reads. */
@Component(service = PanelCertificate.class)
public class PanelCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(PanelCertificate.class);
    private static final String FILE = "panel.p12";
    private static final String PASSWORD = "panel.password";
    private static final String ALIAS = "panel";

    private final Home home;
    private final InternalAuthority authority;
    private final PanelNames names;
    private final InstantSource clock;

    /** Beside {@code proxy.json}. */
    record KeyStoreFile(String file, String password) {
        @Override
        public String toString() {
            return file;
        }
    }

    @Activate
    public PanelCertificate(
            @Reference Home home,
            @Reference InternalAuthority authority,
            @Reference PanelNames names,
            @Reference InstantSource clock) {
        this.home = home;
        this.authority = authority;
        this.names = names;
        this.clock = clock;
    }

    /** Issues the certificate where there is none, where two thirds of its life are over or where a name is missing. */
    void ensure() {
        try {
            Path folder = home.proxy();
            List<String> wanted = names.all();
            Optional<X509Certificate> current = current(folder);
            if (current.isEmpty()
                    || isOld(current.get())
                    || !names(current.get()).containsAll(canonical(wanted))) {
                write(folder, authority.issue(wanted));
                LOG.info("The panel's certificate was issued for {}", wanted);
            }
            Home.write(home.run().resolve("ca.sha256"), authority.fingerprint() + "\n", Home.PUBLIC);
        } catch (IOException e) {
            throw new UncheckedIOException("The panel's certificate cannot be read or written", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The panel's certificate could not be stored", e);
        }
    }

    /** Where the proxy finds it; empty while there is none. */
    Optional<KeyStoreFile> keyStore() {
        try {
            Path folder = home.proxy();
            return Files.exists(folder.resolve(FILE)) && Files.exists(folder.resolve(PASSWORD))
                    ? Optional.of(new KeyStoreFile(
                            FILE, Files.readString(folder.resolve(PASSWORD)).strip()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<X509Certificate> current(Path folder) throws IOException {
        Optional<KeyStoreFile> stored = keyStore();
        if (stored.isEmpty()) {
            return Optional.empty();
        }
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(
                    new ByteArrayInputStream(Files.readAllBytes(folder.resolve(FILE))),
                    stored.get().password().toCharArray());
            return Optional.ofNullable((X509Certificate) keys.getCertificate(ALIAS));
        } catch (IOException | GeneralSecurityException e) {
            LOG.warn("The panel's key store cannot be read; a new one is made", e);
            return Optional.empty();
        }
    }

    private void write(Path folder, Issuer.Issued issued) throws IOException, GeneralSecurityException {
        String password = keyStore().map(KeyStoreFile::password).orElseGet(PanelCertificate::newPassword);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        keys.load(null, null);
        keys.setKeyEntry(
                ALIAS, issued.key(), password.toCharArray(), issued.chain().toArray(Certificate[]::new));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        keys.store(bytes, password.toCharArray());
        Home.write(folder.resolve(PASSWORD), password + "\n", Home.SHARED);
        Home.write(folder.resolve(FILE), bytes.toByteArray(), Home.SHARED);
    }

    private boolean isOld(X509Certificate certificate) {
        Instant from = certificate.getNotBefore().toInstant();
        Instant to = certificate.getNotAfter().toInstant();
        long life = to.getEpochSecond() - from.getEpochSecond();
        return clock.instant().isAfter(from.plusSeconds(life * 2 / 3));
    }

    private static Set<String> names(X509Certificate certificate)
            throws GeneralSecurityException, UnknownHostException {
        Set<String> names = new HashSet<>();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        for (List<?> alternative : alternatives == null ? List.<List<?>>of() : alternatives) {
            names.add(String.valueOf(alternative.get(1)));
        }
        return canonical(names);
    }

    /** One spelling for each IPv6 address. */
    private static Set<String> canonical(Collection<String> names) throws UnknownHostException {
        Set<String> same = new HashSet<>();
        for (String name : names) {
            same.add(PanelNames.isAddress(name) ? InetAddress.getByName(name).getHostAddress() : name);
        }
        return same;
    }

    private static String newPassword() {
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
