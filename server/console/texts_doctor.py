"""What is wrong with the service and what to do, for the alarm page and the command `doctor`. Part of ``texts``."""

from __future__ import annotations

from typing import Final

from server.console.words import Words

DOCTOR: Final = {
    "nav.service": Words("Service", "الخدمة", "Service"),
    "service.title": Words("État du service", "حالة الخدمة", "State of the service"),
    "service.alarms": Words("À faire", "ما يجب فعله", "What must be done"),
    "service.fine": Words("Rien à signaler.", "لا شيء يستدعي الانتباه.", "Nothing is wrong."),
    "service.fine.more": Words(
        "La vérification complète, qui relit chaque ligne et chaque photo, se fait au terminal : hirfa doctor --thorough",
        "الفحص الكامل الذي يعيد قراءة كل سطر وكل صورة يتم في الطرفية: hirfa doctor --thorough",
        "The whole examination, which reads every row and photograph again, is done at a terminal: hirfa doctor --thorough",
    ),
    "service.bad": Words("urgent", "عاجل", "urgent"),
    "service.warn": Words("à voir", "للنظر", "to look at"),
    "service.backups": Words("Sauvegardes", "النسخ الاحتياطية", "Backups"),
    "service.backups.none": Words("Aucune sauvegarde.", "لا توجد نسخة احتياطية.", "No backup."),
    "service.backups.todo": Words("Voir ci-dessus ce qu’il faut faire.", "انظر أعلاه ما يجب فعله.", "See above what to do."),
    "service.at": Words("Date", "التاريخ", "Date"),
    "service.rows": Words("Lignes", "الأسطر", "Rows"),
    "service.files": Words("Photos", "الصور", "Photographs"),
    "service.size": Words("Écrit", "كُتب", "Written"),
    "service.counts": Words("Téléphones", "الهواتف", "Phones"),
    "service.told": Words("en tiennent compte", "تأخذها في الحسبان", "count on it"),
    "service.not_told": Words("n’en tiennent pas compte", "لا تأخذها في الحسبان", "do not count on it"),
    "doctor.folder_open": Words(
        "Le dossier {path} est lisible par d’autres comptes. À faire : chmod 700 {path}",
        "المجلد {path} مقروء من حسابات أخرى. المطلوب: chmod 700 {path}",
        "The folder {path} can be read by other accounts. What to do: chmod 700 {path}",
    ),
    "doctor.store_away": Words(
        "Le magasin des photos (HIRFA_BLOBS) ne répond pas ou refuse : {reason}. Les téléphones gardent leurs photos et réessaient. "
        "À faire : vérifier le magasin, HIRFA_S3_ENDPOINT, HIRFA_S3_KEY et HIRFA_S3_SECRET",
        "مخزن الصور (HIRFA_BLOBS) لا يجيب أو يرفض: {reason}. تحتفظ الهواتف بصورها وتعيد المحاولة. "
        "المطلوب: التحقق من المخزن ومن HIRFA_S3_ENDPOINT و HIRFA_S3_KEY و HIRFA_S3_SECRET",
        "The store of the photographs (HIRFA_BLOBS) does not answer or refuses: {reason}. Phones keep their photographs and try again. "
        "What to do: look after the store, HIRFA_S3_ENDPOINT, HIRFA_S3_KEY and HIRFA_S3_SECRET",
    ),
    "doctor.replica_away": Words(
        "La copie de la base (HIRFA_DATABASE_READ_URL) ne répond pas : les exports lisent la base elle-même. À faire : la remettre en marche",
        "نسخة القاعدة (HIRFA_DATABASE_READ_URL) لا تجيب: تقرأ الصادرات القاعدة نفسها. المطلوب: إعادة تشغيلها",
        "The replica (HIRFA_DATABASE_READ_URL) does not answer: exports read the database itself. What to do: bring it back",
    ),
    "doctor.replica_none": Words(
        "HIRFA_DATABASE_READ_URL n’est pas l’adresse d’une copie qui suit la base : les exports lisent la base elle-même. À faire : corriger l’adresse",
        "HIRFA_DATABASE_READ_URL ليس عنوان نسخة تتبع القاعدة: تقرأ الصادرات القاعدة نفسها. المطلوب: تصحيح العنوان",
        "HIRFA_DATABASE_READ_URL is no replica that follows the database: exports read the database itself. What to do: correct the address",
    ),
    "doctor.replica_behind": Words(
        "La copie de la base (HIRFA_DATABASE_READ_URL) est en retard : les exports lisent la base elle-même. À faire : voir sa charge et le réseau",
        "نسخة القاعدة (HIRFA_DATABASE_READ_URL) متأخرة: تقرأ الصادرات القاعدة نفسها. المطلوب: النظر في حملها وفي الشبكة",
        "The replica (HIRFA_DATABASE_READ_URL) is behind: exports read the database itself. What to do: look at its load and the network",
    ),
    "doctor.servers_differ": Words(
        "Le serveur {name} n’a pas les mêmes réglages que celui-ci : {settings}. À faire : les mettre à l’identique (les clés de "
        "HIRFA_KEYS se copient), redémarrer, puis lancer doctor sur chacun",
        "إعدادات الخادم {name} تختلف عن إعدادات هذا: {settings}. المطلوب: توحيدها (تُنسخ مفاتيح HIRFA_KEYS)، "
        "وإعادة التشغيل ثم doctor على كل منها",
        "The server {name} is not set as this one is: {settings}. What to do: make them alike (copy the keys of HIRFA_KEYS), "
        "restart, then run doctor on each",
    ),
    "doctor.photographs_not_shared": Words(
        "D’autres serveurs travaillent sur cette base ({names}), mais les photos sont dans un dossier de celui-ci : les autres ne les "
        "voient pas. À faire : HIRFA_BLOBS et move-blobs",
        "تعمل خوادم أخرى على هذه القاعدة ({names}) لكن الصور في مجلد على هذا الخادم: الأخرى لا تراها. "
        "المطلوب: HIRFA_BLOBS ثم move-blobs",
        "Other servers work on this database ({names}), but the photographs are in a folder of this one: the others do not see them. "
        "What to do: HIRFA_BLOBS and move-blobs",
    ),
    "doctor.files_not_removed": Words(
        "{count} photos effacées du registre sont encore dans le magasin. À faire : flask --app server apply-erasures",
        "{count} من الصور المحذوفة من السجل ما زالت في المخزن. المطلوب: flask --app server apply-erasures",
        "{count} photographs that were erased from the register are still in the store. What to do: flask --app server apply-erasures",
    ),
    "doctor.file_open": Words(
        "Le fichier secret {path} est lisible par d’autres comptes. À faire : chmod 600 {path}",
        "الملف السري {path} مقروء من حسابات أخرى. المطلوب: chmod 600 {path}",
        "The secret file {path} can be read by other accounts. What to do: chmod 600 {path}",
    ),
    "doctor.key_missing": Words(
        "Aucune clé dans {path} : ce que les téléphones ont scellé ne peut pas être ouvert. À faire : remettre ce dossier depuis la sauvegarde (restore) ; sur une installation neuve : init.",
        "لا يوجد مفتاح في {path}: ما ختمته الهواتف لا يمكن فتحه. المطلوب: إعادة المجلد من النسخة الاحتياطية (restore)؛ وفي تنصيب جديد: init.",
        "No key in {path}: what phones have sealed cannot be opened. What to do: put the folder back from the backup (restore); on a new installation: init.",
    ),
    "doctor.folder_unwritable": Words(
        "Le serveur ne peut pas écrire dans {path} ({reason}). À faire : vérifier le disque, et que le dossier appartient au compte du service.",
        "لا يستطيع الخادم الكتابة في {path} ({reason}). المطلوب: فحص القرص وملكية المجلد لحساب الخدمة.",
        "The server cannot write to {path} ({reason}). What to do: look at the disk, and that the folder belongs to the service’s account.",
    ),
    "doctor.disk_low": Words(
        "Il reste {free} Mio sur le disque de {path}. À faire : libérer de la place ou agrandir le disque ; rien de confirmé n’est perdu quand il est plein, mais plus rien n’est reçu.",
        "بقي {free} ميبيبايت في قرص {path}. المطلوب: تحرير مساحة أو توسيع القرص؛ لا يضيع شيء مؤكد عند امتلائه لكن الاستقبال يتوقف.",
        "{free} MiB are left on the disk of {path}. What to do: make room or enlarge the disk; nothing confirmed is lost when it is full, but nothing more is received.",
    ),
    "doctor.inodes_low": Words(
        "Le disque de {path} n’a presque plus de place pour de nouveaux fichiers. À faire : supprimer des fichiers inutiles.",
        "قرص {path} يكاد لا يقبل ملفات جديدة. المطلوب: حذف الملفات غير الضرورية.",
        "The disk of {path} has almost no room for new files. What to do: remove files that nobody needs.",
    ),
    "doctor.clock_unsynced": Words(
        "L’horloge du serveur n’est pas réglée par le réseau. À faire : timedatectl set-ntp true ; sans réseau, la régler à la main.",
        "ساعة الخادم غير مضبوطة عبر الشبكة. المطلوب: timedatectl set-ntp true؛ وبدون شبكة تُضبط يدويا.",
        "The server’s clock is not set by the network. What to do: timedatectl set-ntp true; without network, set it by hand.",
    ),
    "doctor.clock_back": Words(
        "Des lignes sont datées du {newest}, or l’horloge dit {now} : elle a reculé ou avançait. À faire : la régler ; aucune donnée n’en dépend, mais l’âge des sauvegardes et les délais, si.",
        "توجد أسطر مؤرخة في {newest} والساعة تقول {now}: رجعت أو كانت متقدمة. المطلوب: ضبطها؛ المعطيات لا تتأثر لكن عمر النسخ والآجال تتأثر.",
        "Rows are dated {newest}, but the clock says {now}: it was set back, or was ahead. What to do: set it; no data depend on it, the age of backups and deadlines do.",
    ),
    "doctor.clock_apart": Words(
        "L’horloge de PostgreSQL dit {theirs} : pas la même que celle du serveur. À faire : régler les deux par le réseau.",
        "ساعة PostgreSQL تقول {theirs}: تختلف عن ساعة الخادم. المطلوب: ضبطهما عبر الشبكة.",
        "The clock of PostgreSQL says {theirs}: not that of the server. What to do: set both by the network.",
    ),
    "doctor.database_away": Words(
        "La base de données ne répond pas ({reason}). À faire : systemctl status postgresql ; les téléphones gardent tout et renverront.",
        "قاعدة البيانات لا تجيب ({reason}). المطلوب: systemctl status postgresql؛ الهواتف تحتفظ بكل شيء وستعيد الإرسال.",
        "The database does not answer ({reason}). What to do: systemctl status postgresql; phones keep everything and send it again.",
    ),
    "doctor.not_installed": Words(
        "Rien n’est encore installé dans {path}. À faire : lancer init.",
        "لم يُنصَّب شيء بعد في {path}. المطلوب: تشغيل init.",
        "Nothing is installed in {path} yet. What to do: run init.",
    ),
    "doctor.migrations_old": Words(
        "La base est à la révision {here}, ce logiciel attend {head}. À faire : arrêter le serveur, lancer upgrade.",
        "القاعدة في المراجعة {here} والبرنامج ينتظر {head}. المطلوب: إيقاف الخادم ثم upgrade.",
        "The database is at revision {here}, this software expects {head}. What to do: stop the server, run upgrade.",
    ),
    "doctor.migrations_new": Words(
        "La base est à la révision {here}, inconnue de ce logiciel ({head}) : il est trop ancien. À faire : remettre la version récente, ou revenir avec elle par upgrade --back.",
        "القاعدة في المراجعة {here} غير معروفة لهذا البرنامج ({head}) لأنه قديم. المطلوب: إعادة النسخة الحديثة أو الرجوع بها عبر upgrade --back.",
        "The database is at revision {here}, unknown to this software ({head}), which is too old. What to do: put the newer version back, or go back with it by upgrade --back.",
    ),
    "doctor.files_missing": Words(
        "{count} photos connues de la base ne sont plus dans le dossier ({names}). À faire : les remettre depuis la sauvegarde (restore dans un autre dossier), ou begin-era pour les redemander aux téléphones.",
        "{count} صورة تعرفها القاعدة غير موجودة في المجلد ({names}). المطلوب: إعادتها من النسخة الاحتياطية أو begin-era لطلبها من الهواتف.",
        "{count} photographs that the database knows are not in the folder ({names}). What to do: put them back from the backup (restore into another folder), or begin-era to ask phones for them.",
    ),
    "doctor.files_damaged": Words(
        "{count} photos sont abîmées ({names}). À faire : vérifier le disque, les remettre depuis la sauvegarde.",
        "{count} صورة تالفة ({names}). المطلوب: فحص القرص وإعادتها من النسخة الاحتياطية.",
        "{count} photographs are damaged ({names}). What to do: check the disk, put them back from the backup.",
    ),
    "doctor.quarantine_waiting": Words(
        "{count} envois mis de côté attendent. À faire : ouvrir « Mis de côté » au bureau.",
        "{count} إرسالا موضوعا جانبا ينتظر. المطلوب: فتح «المحفوظ جانبا» في المكتب.",
        "{count} things that were set aside wait. What to do: open “Set aside” at the desk.",
    ),
    "doctor.phones_silent": Words(
        "{count} agents n’ont rien envoyé depuis {days} jours : {names}. À faire : les appeler ; téléphone perdu, le révoquer.",
        "{count} أعوان لم يرسلوا شيئا منذ {days} يوما: {names}. المطلوب: الاتصال بهم؛ وإن ضاع الهاتف فإلغاؤه.",
        "{count} agents sent nothing for {days} days: {names}. What to do: call them; revoke a phone that is lost.",
    ),
    "doctor.rows_damaged": Words(
        "La base est abîmée : {what}. À faire : ne rien réparer à la main ; arrêter le serveur, copier son dossier, puis restore --replace.",
        "القاعدة تالفة: {what}. المطلوب: لا إصلاح باليد؛ أوقف الخادم وانسخ مجلده ثم restore --replace.",
        "The database is damaged: {what}. What to do: mend nothing by hand; stop the server, copy its folder, then restore --replace.",
    ),
    "doctor.audits_broken": Words(
        "Le journal des opérations a été modifié ou coupé : {what}. À faire : prévenir le délégué à la protection des données ; comparer avec une sauvegarde.",
        "سجل العمليات عُدّل أو قُطع: {what}. المطلوب: إعلام مندوب حماية المعطيات والمقارنة مع نسخة احتياطية.",
        "The operations log was changed or cut: {what}. What to do: tell the data protection officer; compare with a backup.",
    ),
    "doctor.backup_unset": Words(
        "Aucune sauvegarde n’est réglée : un disque en panne emporte tout. À faire : backup-key, puis HIRFA_BACKUP_TO et HIRFA_BACKUP_KEY.",
        "لا توجد نسخة احتياطية مضبوطة: عطل القرص يأخذ كل شيء. المطلوب: backup-key ثم HIRFA_BACKUP_TO وHIRFA_BACKUP_KEY.",
        "No backup is set up: a disk that fails takes everything. What to do: backup-key, then HIRFA_BACKUP_TO and HIRFA_BACKUP_KEY.",
    ),
    "doctor.backup_unreachable": Words(
        "La sauvegarde n’est pas possible : {reason}. À faire : rebrancher ou monter le disque, vérifier les réglages.",
        "النسخ الاحتياطي غير ممكن: {reason}. المطلوب: وصل القرص أو تركيبه ومراجعة الضبط.",
        "No backup is possible: {reason}. What to do: connect or mount the disk, look at the settings.",
    ),
    "doctor.backup_same_disk": Words(
        "Les sauvegardes ({path}) sont sur le disque des données. À faire : un autre disque ou une autre machine ; si le dossier est copié ailleurs, HIRFA_BACKUP_COPIED=yes.",
        "النسخ الاحتياطية ({path}) على قرص المعطيات نفسه. المطلوب: قرص أو جهاز آخر؛ وإن كان المجلد يُنسخ فـ HIRFA_BACKUP_COPIED=yes.",
        "The backups ({path}) lie on the disk of the data. What to do: another disk or machine; if the folder is copied elsewhere, HIRFA_BACKUP_COPIED=yes.",
    ),
    "doctor.erasures_not_copied": Words(
        "La liste des effacements n’est pas à jour dans la sauvegarde : une restauration ferait revenir des données effacées. À faire : backup.",
        "قائمة المحو غير محدثة في النسخة الاحتياطية: الاسترجاع قد يعيد معطيات مُحيت. المطلوب: backup.",
        "The list of erasures in the vault is not the newest: a restore would bring back what was erased. What to do: backup.",
    ),
    "doctor.backup_none": Words(
        "Aucune sauvegarde n’a été faite. À faire : backup, et le minuteur de la nuit (systemctl enable --now hirfa-backup.timer).",
        "لم تُنجز أي نسخة احتياطية. المطلوب: backup والمؤقت الليلي (systemctl enable --now hirfa-backup.timer).",
        "No backup was made. What to do: backup, and the nightly timer (systemctl enable --now hirfa-backup.timer).",
    ),
    "doctor.backup_old": Words(
        "La dernière sauvegarde vérifiée date du {at} (UTC). À faire : journalctl -u hirfa-backup dit pourquoi ; lancer backup.",
        "آخر نسخة احتياطية متحقق منها بتاريخ {at} (UTC). المطلوب: journalctl -u hirfa-backup ثم backup.",
        "The newest verified backup is of {at} (UTC). What to do: journalctl -u hirfa-backup says why; run backup.",
    ),
    "doctor.no_https": Words(
        "L’adresse {url} n’est pas en HTTPS : les téléphones ne peuvent pas s’en servir. À faire : deploy/install, ou un serveur HTTPS devant (deploy/README.md).",
        "العنوان {url} ليس HTTPS: الهواتف لا تستطيع استعماله. المطلوب: deploy/install أو خادم HTTPS أمامه.",
        "The address {url} is not HTTPS: phones cannot use it. What to do: deploy/install, or an HTTPS server in front (deploy/README.md).",
    ),
    "doctor.site_unreachable": Words(
        "{url} ne répond pas d’ici ({reason}). À faire : systemctl status caddy hirfa ; vérifier le nom et le pare-feu.",
        "{url} لا يجيب من هنا ({reason}). المطلوب: systemctl status caddy hirfa ومراجعة الاسم والجدار الناري.",
        "{url} does not answer from here ({reason}). What to do: systemctl status caddy hirfa; look at the name and the firewall.",
    ),
    "doctor.certificate_soon": Words(
        "Le certificat HTTPS finit le {at} et n’a pas été renouvelé. À faire : journalctl -u caddy dit pourquoi ; le port 80 doit être ouvert.",
        "شهادة HTTPS تنتهي في {at} ولم تُجدد. المطلوب: journalctl -u caddy والمنفذ 80 يجب أن يكون مفتوحا.",
        "The HTTPS certificate ends on {at} and was not renewed. What to do: journalctl -u caddy says why; port 80 must be open.",
    ),
    "doctor.certificate_over": Words(
        "Le certificat HTTPS a expiré le {at} : les téléphones refusent le serveur et gardent tout. À faire : régler l’horloge, puis systemctl restart caddy ; journalctl -u caddy.",
        "انتهت شهادة HTTPS في {at}: الهواتف ترفض الخادم وتحتفظ بكل شيء. المطلوب: ضبط الساعة ثم systemctl restart caddy.",
        "The HTTPS certificate ended on {at}: phones refuse the server and keep everything. What to do: set the clock, then systemctl restart caddy; journalctl -u caddy.",
    ),
}
