package libwebchat;

import java.util.Locale;

/** The functions of include/webchat.h that this package calls. Handles are numbers; a number that is a text's or outcome's is lent. */
interface Library {
    int OK = 0;
    int TIMEOUT = 14;
    int FOREVER = -1;
    int RETRY_AFTER = 1;

    /** What the library calls, on a thread of its own: both return at once. */
    interface Callbacks {
        void outcome(long context, long outcome);

        void event(long context);
    }

    int serviceNew(String config, long[] service);

    int close(long service);

    int waitClosed(long service, int milliseconds);

    int destroy(long service);

    int capability(long service, String name, int[] can);

    int command(long service, String name, String options, int deadline, long context, long[] request);

    int cancel(long service, long request);

    int subscribe(long service, long context);

    int nextEvent(long service, int milliseconds, long[] event);

    String eventJson(long event);

    void eventFree(long event);

    int outcomeStatus(long outcome);

    String outcomeReason(long outcome);

    String outcomeJson(long outcome);

    /** Milliseconds to wait before trying again; -1 where the server has not said so. */
    long outcomeRetryAfter(long outcome);

    String statusName(int status);

    /** Why the latest call of this thread failed. */
    String failureReason();

    /** The name of the library, or its path. */
    static String file() {
        String named = System.getenv("WEBCHAT_LIBRARY");
        return named != null ? named : "libwebchat.so.0";
    }

    /** By the foreign-function API where this Java has it (22 and later), else by JNA; the property libwebchat.native says otherwise. */
    static Library load(Callbacks callbacks) {
        String wanted = System.getProperty("libwebchat.native", Runtime.version().feature() >= 22 ? "ffm" : "jna").toLowerCase(Locale.ROOT);
        if (wanted.equals("ffm")) {
            try {
                Class<?> foreign = Class.forName("libwebchat.ForeignLibrary");
                return (Library) foreign.getDeclaredConstructor(Callbacks.class).newInstance(callbacks);
            } catch (ClassNotFoundException absent) {
                if (System.getProperty("libwebchat.native") != null) throw new IllegalStateException("built without it", absent);
            } catch (ReflectiveOperationException wrong) {
                throw new IllegalStateException(wrong);
            }
        }
        return new JnaLibrary(callbacks);
    }
}
