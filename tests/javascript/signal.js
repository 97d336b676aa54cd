var given;
Controller.keyPressEvent.connect(function (value) {
    given = value;
});
