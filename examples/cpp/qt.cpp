// A chat in a window, in Qt 6 or 5: what is done is a coroutine that goes on in Qt's event loop, and the events come by a descriptor of that loop.
//
//     c++ -std=c++20 -fPIC qt.cpp -o qt $(pkg-config --cflags --libs webchat Qt6Widgets)
//     ./qt '{"dataURL": "http://localhost:8080/genesys/2/chat/support"}'
#include <QApplication>
#include <QCloseEvent>
#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSocketNotifier>
#include <QTextBlockFormat>
#include <QTextBrowser>
#include <QTextCursor>
#include <QVBoxLayout>
#include <algorithm>
#include <chrono>
#include <vector>
#include <webchat.hpp>

using namespace std::chrono_literals;

namespace {

QString text(const std::string& utf8) { return QString::fromStdString(utf8); }

class Window : public QWidget {
public:
    explicit Window(const std::string& config) : chat_(config, options()), events_(chat_.event_fd(), QSocketNotifier::Read) {
        setWindowTitle("Chat");
        resize(420, 520);
        state_.setObjectName("state");
        history_.setObjectName("history");
        line_.setObjectName("line");
        line_.setPlaceholderText("Write a message");
        line_.setEnabled(false);
        auto* const below = new QHBoxLayout;
        below->addWidget(&line_);
        below->addWidget(&send_);
        auto* const all = new QVBoxLayout(this);
        all->addWidget(&state_);
        all->addWidget(&history_);
        all->addLayout(below);

        connect(&send_, &QPushButton::clicked, this, [this] { send(); });
        connect(&line_, &QLineEdit::returnPressed, this, [this] { send(); });
        connect(&line_, &QLineEdit::textEdited, this, [this](const QString& typed) { chat_.send_typing(typed.toStdString(), webchat::detached); });
        connect(&events_, &QSocketNotifier::activated, this, [this] { take_events(); });
        state_.setText("Starting the chat ...");
        run(start());
    }

protected:
    void closeEvent(QCloseEvent* event) override {
        event->ignore(); // once the chat has ended
        run(leave());
    }

private:
    QLabel state_{};
    QTextBrowser history_{};
    QLineEdit line_{};
    QPushButton send_{"Send"};
    QString agent_{};
    webchat::aio::Chat chat_;
    QSocketNotifier events_;
    std::vector<webchat::Task<>> tasks_{}; // behind the chat: they go before it

    /// Coroutines go on in this window's thread.
    webchat::ChatOptions options() {
        webchat::ChatOptions options;
        options.executor = [this](std::function<void()> work) { QMetaObject::invokeMethod(this, std::move(work), Qt::QueuedConnection); };
        return options;
    }

    /// Starts a coroutine, and forgets those that have ended.
    void run(webchat::Task<> task) {
        tasks_.erase(std::remove_if(tasks_.begin(), tasks_.end(), [](const auto& one) { return one.done(); }), tasks_.end());
        tasks_.push_back(std::move(task));
        tasks_.back().start();
    }

    webchat::Task<> start() {
        try {
            co_await chat_.start_chat({"Pia"}, 30s);
            state_.setText("Waiting for an agent ...");
            const auto agent = co_await chat_.next<webchat::AgentConnected>(10min);
            agent_ = text(agent.participant().name);
            state_.setText(agent_ + " is here.");
            line_.setEnabled(true);
            line_.setFocus();
        } catch (const webchat::Error& error) {
            state_.setText(QString("There is no chat: ") + error.what());
        }
    }

    void send() {
        if (line_.text().isEmpty() || !line_.isEnabled()) return;
        run(say(line_.text()));
        line_.clear();
    }

    webchat::Task<> say(QString words) {
        try {
            co_await chat_.send_message(words.toStdString());
        } catch (const webchat::Error& error) {
            append(Qt::AlignRight, QString("<span style='color:#a00'>Not sent: %1<br>%2</span><br>")
                                       .arg(words.toHtmlEscaped(), text(error.what()).toHtmlEscaped()));
        }
    }

    webchat::Task<> leave() {
        co_await chat_.end_chat(5s, std::nothrow);
        take_events(); // what came last
        qApp->quit();
    }

    void take_events() {
        while (auto event = chat_.next_event(0s)) {
            std::visit(webchat::overloaded{
                [this](const webchat::MessageReceived& received) { take(received); },
                [this](const webchat::AgentTypingStarted& typing) { state_.setText(text(typing.participant().name) + " is typing ..."); },
                [this](const webchat::AgentTypingStopped&) { state_.setText(agent_ + " is here."); },
                [this](const webchat::Disconnected&) { state_.setText("The connection is lost ..."); },
                [this](const webchat::Reconnected&) { state_.setText("The connection is back."); },
                [this](const webchat::Ended&) {
                    state_.setText("The chat is over.");
                    line_.setEnabled(false);
                },
                [](const auto&) {},
            }, webchat::typed(std::move(*event)));
        }
    }

    void take(const webchat::MessageReceived& received) {
        for (const auto& message : received.messages()) {
            if (message.kind() != webchat::MessageType::message) continue;
            const bool is_own = message.from_kind() == webchat::ParticipantType::client;
            const auto time = QDateTime::fromMSecsSinceEpoch(message.timestamp.time_since_epoch().count()).toString("hh:mm");
            append(is_own ? Qt::AlignRight : Qt::AlignLeft,
                   QString("<span style='color:#777'>%1, %2</span><br><span style='background-color:%3'>&nbsp;%4&nbsp;</span><br>")
                       .arg(text(message.from_name).toHtmlEscaped(), time, is_own ? "#cfe8ff" : "#e8e8e8", text(message.text).toHtmlEscaped()));
        }
    }

    void append(Qt::Alignment side, const QString& html) {
        QTextBlockFormat block;
        block.setAlignment(side);
        QTextCursor end(history_.document());
        end.movePosition(QTextCursor::End);
        end.insertBlock(block);
        end.insertHtml(html);
        history_.ensureCursorVisible();
    }
};

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const auto config = argc > 1 ? argv[1] : R"({"dataURL": "http://localhost:8080/genesys/2/chat/support"})";
    try {
        Window window(config);
        window.show();
        return QApplication::exec();
    } catch (const webchat::Error& error) {
        qCritical("%s", error.what());
        return 1;
    }
}
