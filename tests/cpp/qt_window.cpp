// The window of examples/cpp/qt.cpp held by a hand: qt_window CONFIGURATION PICTURE. It waits for the agent, says something, waits for the
// answer, takes a picture of the window, and closes it.
#define main example
#include "../../examples/cpp/qt.cpp"
#undef main

#include <QTimer>
#include <cstdio>

namespace {

int finish(const char* what) {
    std::fprintf(stderr, "%s\n", what);
    return 1;
}

// Looks at the window whenever something in it has changed, and does the next step.
class Hand : public QObject {
public:
    Hand(Window& window, QString picture) : window_(window), picture_(std::move(picture)) {
        connect(&looking_, &QTimer::timeout, this, [this] { look(); });
        looking_.start(20);
    }

private:
    Window& window_;
    QString picture_;
    QTimer looking_{};
    int step_ = 0;

    void look() {
        auto* const line = window_.findChild<QLineEdit*>("line");
        const auto shown = window_.findChild<QTextBrowser*>("history")->toPlainText();
        if (step_ == 0 && line->isEnabled()) {
            line->setText("Good morning!");
            window_.findChild<QPushButton*>()->click();
            step_ = 1;
        } else if (step_ == 1 && shown.count("Good morning!") == 2) { // said, and echoed
            line->setText("I would like my invoice.");
            emit line->returnPressed();
            step_ = 2;
        } else if (step_ == 2 && shown.count("I would like my invoice.") == 2) {
            if (!window_.grab().save(picture_)) QApplication::exit(finish("the picture cannot be saved"));
            window_.close();
            step_ = 3;
        }
    }
};

} // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    if (argc != 3) return finish("usage: qt_window CONFIGURATION PICTURE");
    try {
        Window window(argv[1]);
        window.show();
        Hand hand(window, argv[2]);
        QTimer::singleShot(60'000, [] { QApplication::exit(finish("it takes too long")); });
        const int result = QApplication::exec();
        if (result == 0 && window.findChild<QLabel*>("state")->text() != "The chat is over.") return finish("the chat is not over");
        return result;
    } catch (const webchat::Error& error) {
        return finish(error.what());
    }
}
