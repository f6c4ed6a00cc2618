-- name: columns
-- What the tables of the schema look like, system columns and dropped ones left out.
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.atttypid::bigint, a.atttypmod,
       coalesce(a.attnum = ANY (i.indkey), false)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE n.nspname = %(schema)s AND c.relname = ANY (%(tables)s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY c.relname, a.attnum

-- name: published
-- Which tables a publication has, whether rows are left out, and which columns it sends.
SELECT t.tablename, t.rowfilter IS NOT NULL, t.attnames::text[]
FROM pg_publication_tables t WHERE t.pubname = %(publication)s AND t.schemaname = %(schema)s

-- name: publication
-- Whether a publication sends every kind of change; no row: there is none.
SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate FROM pg_publication WHERE pubname = %(publication)s

-- name: identity
-- Which database this is: another one behind the same address has another identity; and whether it is a standby.
SELECT s.system_identifier::text || '/' || d.oid::text, pg_is_in_recovery()
FROM pg_control_system() s, pg_database d WHERE d.datname = current_database()

-- name: slot
-- How the slot stands, and how many bytes of the log it holds back.
SELECT plugin, database = current_database(), active, confirmed_flush_lsn::text, wal_status, invalidation_reason,
       greatest(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint
FROM pg_replication_slots WHERE slot_name = %(slot)s

-- name: make_slot
-- Changes are kept for us from here on.
SELECT lsn::text FROM pg_create_logical_replication_slot(%(slot)s, 'pgoutput')

-- name: drop_slot
-- One that is lost holds nothing back any more, and takes the name.
SELECT pg_drop_replication_slot(%(slot)s)

-- name: written
-- How far the log is on the disk now.
SELECT pg_current_wal_flush_lsn()::text

-- name: advance
-- What we keep ourselves need not be kept for us.
SELECT end_lsn::text FROM pg_replication_slot_advance(%(slot)s, %(lsn)s)

-- name: peek
-- What was committed behind the slot's place, whole transactions; a message of more than we read comes without content.
SELECT octet_length(data), CASE WHEN octet_length(data) <= %(bytes)s THEN data END
FROM pg_logical_slot_peek_binary_changes(%(slot)s, NULL, %(changes)s, 'proto_version', '1',
                                         'publication_names', %(publication)s)

-- name: keys_after
-- The next keys of a walk through all records, or through those of a school, or of an entry window.
SELECT h.ma_ho_so FROM ho_so h
WHERE (%(after)s::text IS NULL OR h.ma_ho_so > %(after)s)
  AND (%(school)s::text IS NULL OR h.ma_truong = %(school)s)
  AND (%(year)s::text IS NULL OR h.nam_hoc = %(year)s)
  AND (%(semester)s::text IS NULL OR CASE h.ky WHEN 'HK1' THEN '1' ELSE '2' END = %(semester)s)
ORDER BY h.ma_ho_so LIMIT %(limit)s

-- name: keys_of_pupils
-- The records of some pupils.
SELECT h.ma_ho_so FROM ho_so h WHERE h.hoc_sinh_id = ANY (%(pupils)s::bigint[]) ORDER BY h.ma_ho_so LIMIT %(limit)s

-- name: keys_of_requests
-- The records that some requests are about.
SELECT DISTINCT ma_ho_so FROM yeu_cau_mo_khoa WHERE ma_yeu_cau = ANY (%(requests)s::bigint[])

-- name: requests_after
-- The next unlock requests of a walk through all of them.
SELECT ma_yeu_cau::text FROM yeu_cau_mo_khoa
WHERE %(after)s::bigint IS NULL OR ma_yeu_cau > %(after)s::bigint ORDER BY ma_yeu_cau LIMIT %(limit)s

-- name: requests
-- Unlock requests by their numbers.
SELECT ma_yeu_cau::text, ma_ho_so, ly_do FROM yeu_cau_mo_khoa
WHERE ma_yeu_cau = ANY (%(requests)s::bigint[]) ORDER BY ma_yeu_cau

-- name: snapshot
-- Which transactions are over for a query that begins now.
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint,
       ARRAY(SELECT x::text::bigint FROM pg_snapshot_xip(s) x) FROM pg_current_snapshot() s

-- name: watermark
-- The oldest transaction that still runs, and the next number to be given. On a standby only the first is told
-- (no list of running transactions), which is all that is needed.
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s

-- name: whole_xid
-- The 64-bit number of a row's transaction: the greatest below the next one that ends in these 32 bits. A number that is
-- not of a transaction (below 3) was written before all others.
SELECT CASE WHEN row_xid < 3 THEN 0
            WHEN row_xid + (next_xid & ~4294967295::bigint) < next_xid THEN row_xid + (next_xid & ~4294967295::bigint)
            ELSE row_xid + (next_xid & ~4294967295::bigint) - 4294967296 END
FROM (SELECT %(xid)s::bigint AS row_xid, %(next)s::bigint AS next_xid) given

-- name: changed_after
-- The next keys in whose rows a transaction wrote that was not over at the last look; by kind and key.
SELECT DISTINCT t.khoa FROM (
    SELECT khoa, giao_dich::text::bigint AS row_xid, %(next)s::bigint AS next_xid FROM thay_doi WHERE loai = %(kind)s
) t
WHERE (%(after)s::text IS NULL OR t.khoa > %(after)s)
  AND CASE WHEN row_xid < 3 THEN 0
           WHEN row_xid + (next_xid & ~4294967295::bigint) < next_xid THEN row_xid + (next_xid & ~4294967295::bigint)
           ELSE row_xid + (next_xid & ~4294967295::bigint) - 4294967296 END >= %(since)s::bigint
ORDER BY t.khoa LIMIT %(limit)s

-- name: records
-- Records by their keys, each with its rows of all tables, and whether it is a draft: its semester is open for entry and
-- it is not locked there. Every value is a text, a list of texts, true or false; one that is too large comes without.
SELECT r.ma_ho_so, r.dang_nhap, CASE WHEN octet_length(r.noi_dung) <= %(bytes)s THEN r.noi_dung END
FROM (
    SELECT h.ma_ho_so,
        EXISTS (SELECT FROM dot_nhap_diem d WHERE d.nam_hoc = h.nam_hoc AND d.dang_mo
                AND d.hoc_ky = CASE h.ky WHEN 'HK1' THEN 1 ELSE 2 END)
        AND NOT EXISTS (SELECT FROM khoa_so k WHERE k.ma_ho_so = h.ma_ho_so) AS dang_nhap,
        json_build_object(
            'ma_ho_so', h.ma_ho_so, 'ma_truong', h.ma_truong, 'ma_tinh', t.ma_tinh, 'nam_hoc', h.nam_hoc, 'ky', h.ky,
            'khoi', h.khoi::text, 'lop', h.lop, 'xep_loai', h.xep_loai, 'hoan_thanh', h.hoan_thanh,
            'hoan_thanh_cap', h.hoan_thanh_cap, 'len_lop', h.len_lop, 'khen_thuong', h.khen_thuong,
            'chuyen_de', h.chuyen_de, 'nhan_xet', h.nhan_xet,
            'ly_do_sua', coalesce(h.ly_do_sua, (SELECT y.ly_do FROM yeu_cau_mo_khoa y WHERE y.ma_ho_so = h.ma_ho_so
                                                ORDER BY y.ma_yeu_cau DESC LIMIT 1)),
            'hoc_sinh', json_build_object(
                'ma_hs', s.ma_hs, 'ho_ten', s.ho_ten, 'so_dinh_danh', s.so_dinh_danh, 'ho_chieu', s.ho_chieu,
                'ngay_sinh', s.ngay_sinh, 'gioi_tinh', s.gioi_tinh, 'dan_toc', s.dan_toc, 'quoc_tich', s.quoc_tich,
                'khuyet_tat', s.khuyet_tat),
            'hoc_tap', json_build_object('hk1', h.hoc_tap_hk1, 'hk2', h.hoc_tap_hk2, 'ca_nam', h.hoc_tap_ca_nam,
                                         'lai', h.hoc_tap_lai),
            'ren_luyen', json_build_object('hk1', h.ren_luyen_hk1, 'hk2', h.ren_luyen_hk2,
                                           'ca_nam', h.ren_luyen_ca_nam, 'lai', h.ren_luyen_lai),
            'nghi', json_build_object('co_phep', h.nghi_co_phep::text, 'khong_phep', h.nghi_khong_phep::text),
            'diem_mon', (
                SELECT coalesce(json_agg(json_build_object(
                    'ma_mon', m.ma_mon, 'muc', m.muc, 'diem', m.diem::text, 'hk1', m.hk1, 'hk2', m.hk2,
                    'ca_nam', m.ca_nam, 'lai', m.lai, 'mien', m.mien, 'nhan_xet', m.nhan_xet) ORDER BY m.ma_mon), '[]')
                FROM diem_mon m WHERE m.ma_ho_so = h.ma_ho_so),
            'pham_chat', (
                SELECT coalesce(json_agg(json_build_object('ma', p.ma, 'muc', p.muc, 'nhan_xet', p.nhan_xet)
                                         ORDER BY p.ma), '[]')
                FROM pham_chat_nang_luc p WHERE p.ma_ho_so = h.ma_ho_so AND p.loai = 'PC'),
            'nang_luc', (
                SELECT coalesce(json_agg(json_build_object('ma', p.ma, 'muc', p.muc, 'nhan_xet', p.nhan_xet)
                                         ORDER BY p.ma), '[]')
                FROM pham_chat_nang_luc p WHERE p.ma_ho_so = h.ma_ho_so AND p.loai = 'NL')
        )::text AS noi_dung
    FROM ho_so h LEFT JOIN hoc_sinh s ON s.id = h.hoc_sinh_id LEFT JOIN truong t ON t.ma_truong = h.ma_truong
    WHERE h.ma_ho_so = ANY (%(keys)s)
) r ORDER BY r.ma_ho_so

-- name: write_receipt
-- What became of a record, once for each answer.
INSERT INTO bien_nhan (ma_tra_loi, nhom, ma_ho_so, ma_truong, nam_hoc, luc, ket_qua, loi, noi_dung, chu_ky)
VALUES (%(ma_tra_loi)s, %(nhom)s, %(ma_ho_so)s, %(ma_truong)s, %(nam_hoc)s, %(luc)s, %(ket_qua)s, %(loi)s,
        %(noi_dung)s, %(chu_ky)s)
ON CONFLICT (ma_tra_loi) DO NOTHING

-- name: write_incoming_pupil
-- A pupil who comes in, with the history.
INSERT INTO tiep_nhan (ma_tra_loi, nhom, ma_truong, nam_hoc, luc, hoc_ba, loi, noi_dung, chu_ky)
VALUES (%(ma_tra_loi)s, %(nhom)s, %(ma_truong)s, %(nam_hoc)s, %(luc)s, %(hoc_ba)s, %(loi)s, %(noi_dung)s, %(chu_ky)s)
ON CONFLICT (ma_tra_loi) DO NOTHING

-- name: write_correction
-- A transcript that was corrected.
INSERT INTO dinh_chinh (ma_tra_loi, nhom, ma_ho_so, ma_truong, nam_hoc, luc, hoc_ba, noi_dung, chu_ky)
VALUES (%(ma_tra_loi)s, %(nhom)s, %(ma_ho_so)s, %(ma_truong)s, %(nam_hoc)s, %(luc)s, %(hoc_ba)s, %(noi_dung)s,
        %(chu_ky)s)
ON CONFLICT (ma_tra_loi) DO NOTHING

-- name: write_unlock_answer
-- The one answer to an unlock request.
INSERT INTO tra_loi_mo_khoa (ma_yeu_cau, ma_tra_loi, ma_ho_so, luc, ket_qua, loi)
VALUES (%(ma_yeu_cau)s, %(ma_tra_loi)s, %(ma_ho_so)s, %(luc)s, %(ket_qua)s, %(loi)s)
ON CONFLICT (ma_yeu_cau) DO NOTHING
