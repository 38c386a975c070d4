"""A return before it is confirmed, in one sentence to read to the customer."""

from pos_loyalty.answers import ReturnPreview
from pos_loyalty.receipts.explained import counted, with_unit
from pos_loyalty.receipts.figures import Figures, figures
from pos_loyalty.texts import translate


def sentence(preview: ReturnPreview, language: str) -> str:
    """Say what a return gives and takes, in `language` ("fr" or "en")."""
    write = figures(language, preview.currency)
    parts = [_money(preview, write, language), *_points(preview, write, language)]
    parts += _beside(preview, write, language)
    parts += _vouchers(preview, language)
    if preview.former_tier != preview.tier:
        tiers = {"former": preview.former_tier or "–", "tier": preview.tier or "–"}
        parts.append(translate("your tier goes from {former} to {tier}", language, **tiers))
    text = ("\u00a0; " if language == "fr" else "; ").join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _money(preview: ReturnPreview, write: Figures, language: str) -> str:
    if preview.refund < 0:
        said = translate("you pay {amount}", language, amount=write.money(-preview.refund))
    else:
        said = translate("you get {amount} back", language, amount=write.money(preview.refund))
    if preview.on_cards:
        cards = write.money(preview.on_cards)
        kept = translate("{amount} of it on your gift card", language, amount=cards)
        said = f"{said} ({kept})"
    if less := preview.clawed + preview.withheld:
        kept = translate(
            "{amount} of it stays for what is no longer earned", language, amount=write.money(less)
        )
        said = f"{said} ({kept})"
    return said


def _vouchers(preview: ReturnPreview, language: str) -> list[str]:
    """Say what becomes of vouchers that the ticket brought and of those that it used."""
    told = (
        (preview.vouchers_gone, "a voucher of this ticket ends", "{count} vouchers of it end"),
        (preview.vouchers_back, "a voucher can be used again", "{count} can be used again"),
    )
    return [
        translate(one if count == 1 else many, language, count=count)
        for count, one, many in told
        if count
    ]


def _points(preview: ReturnPreview, write: Figures, language: str) -> list[str]:
    """Say which points go and come, and what there is then; nothing of a ticket of nobody."""
    if not preview.has_member:
        return []
    parts, write = [], with_unit(write, preview.unit)
    if preview.taken_back:
        count = counted(preview.taken_back, write)
        parts.append(translate("{count} of this ticket go", language, count=count))
    if preview.given_back:
        count = counted(preview.given_back, write)
        parts.append(translate("{count} that paid for it come back", language, count=count))
    if preview.debt:
        count = counted(preview.debt, write)
        parts.append(translate("you owe {count} then", language, count=count))
    else:
        count = counted(preview.points, write)
        parts.append(translate("you have {count} then", language, count=count))
    return parts


def _beside(preview: ReturnPreview, write: Figures, language: str) -> list[str]:
    """Say which points of other programmes go and come."""
    parts = []
    for each in preview.beside:
        unit = with_unit(write, each.unit)
        if each.earned:
            count = counted(-each.earned, unit)
            parts.append(translate("{count} go in {name}", language, count=count, name=each.name))
        if each.used:
            count = counted(-each.used, unit)
            back = "{count} come back in {name}"
            parts.append(translate(back, language, count=count, name=each.name))
    return parts
