"""The names of CIFAR-10's classes in the languages of the page."""

NAMES = {
    "airplane": {"en": "airplane", "uk": "літак", "ru": "самолёт"},
    "automobile": {"en": "automobile", "uk": "автомобіль", "ru": "автомобиль"},
    "bird": {"en": "bird", "uk": "птах", "ru": "птица"},
    "cat": {"en": "cat", "uk": "кіт", "ru": "кошка"},
    "deer": {"en": "deer", "uk": "олень", "ru": "олень"},
    "dog": {"en": "dog", "uk": "пес", "ru": "собака"},
    "frog": {"en": "frog", "uk": "жаба", "ru": "лягушка"},
    "horse": {"en": "horse", "uk": "кінь", "ru": "лошадь"},
    "ship": {"en": "ship", "uk": "корабель", "ru": "корабль"},
    "truck": {"en": "truck", "uk": "вантажівка", "ru": "грузовик"},
}
