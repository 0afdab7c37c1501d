<?php
// A page that needs the data of ICU to be right.
$languages = ['en', 'de', 'hu', 'fi', 'ja', 'ar'];
$number = 42;
$now = new DateTimeImmutable('now', new DateTimeZone('UTC'));
header('Content-Type: text/html; charset=utf-8');
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>PHP, built from source</title>
<h1>PHP <?= PHP_VERSION ?>, ICU <?= INTL_ICU_VERSION ?></h1>
<table>
<?php foreach ($languages as $language): ?>
<tr>
<th><?= Locale::getDisplayLanguage($language, $language) ?></th>
<td><?= (new NumberFormatter($language, NumberFormatter::SPELLOUT))->format($number) ?></td>
<td><?= (new IntlDateFormatter($language, IntlDateFormatter::FULL, IntlDateFormatter::NONE, 'UTC'))->format($now) ?></td>
</tr>
<?php endforeach ?>
</table>
</html>
