-- For a province that grants no replication: the same tables as views, and `thay_doi`, which has for each row that makes
-- a record the transaction that wrote it. Rights to the tables themselves are not needed.
CREATE SCHEMA hub_xem;
CREATE VIEW hub_xem.truong AS SELECT ma_truong, ma_tinh FROM hoc_ba.truong;
CREATE VIEW hub_xem.hoc_sinh AS
SELECT id, ma_hs, ho_ten, so_dinh_danh, ho_chieu, ngay_sinh, gioi_tinh, dan_toc, quoc_tich, khuyet_tat
FROM hoc_ba.hoc_sinh;
CREATE VIEW hub_xem.ho_so AS
SELECT ma_ho_so, hoc_sinh_id, ma_truong, nam_hoc, ky, khoi, lop, xep_loai, hoan_thanh, hoan_thanh_cap, len_lop,
       khen_thuong, hoc_tap_hk1, hoc_tap_hk2, hoc_tap_ca_nam, hoc_tap_lai, ren_luyen_hk1, ren_luyen_hk2,
       ren_luyen_ca_nam, ren_luyen_lai, nghi_co_phep, nghi_khong_phep, chuyen_de, nhan_xet, ly_do_sua
FROM hoc_ba.ho_so;
CREATE VIEW hub_xem.diem_mon AS
SELECT ma_ho_so, ma_mon, muc, diem, hk1, hk2, ca_nam, lai, mien, nhan_xet FROM hoc_ba.diem_mon;
CREATE VIEW hub_xem.pham_chat_nang_luc AS SELECT ma_ho_so, loai, ma, muc, nhan_xet FROM hoc_ba.pham_chat_nang_luc;
CREATE VIEW hub_xem.dot_nhap_diem AS SELECT nam_hoc, hoc_ky, dang_mo FROM hoc_ba.dot_nhap_diem;
CREATE VIEW hub_xem.khoa_so AS SELECT ma_ho_so FROM hoc_ba.khoa_so;
CREATE VIEW hub_xem.yeu_cau_mo_khoa AS SELECT ma_yeu_cau, ma_ho_so, ly_do FROM hoc_ba.yeu_cau_mo_khoa;
CREATE VIEW hub_xem.thay_doi AS
SELECT 'ho_so'::text AS loai, ma_ho_so AS khoa, xmin AS giao_dich FROM hoc_ba.ho_so
UNION ALL SELECT 'ho_so', ma_ho_so, xmin FROM hoc_ba.diem_mon
UNION ALL SELECT 'ho_so', ma_ho_so, xmin FROM hoc_ba.pham_chat_nang_luc
UNION ALL SELECT 'ho_so', ma_ho_so, xmin FROM hoc_ba.khoa_so
UNION ALL SELECT 'ho_so', h.ma_ho_so, s.xmin FROM hoc_ba.hoc_sinh s JOIN hoc_ba.ho_so h ON h.hoc_sinh_id = s.id
UNION ALL SELECT 'ho_so', h.ma_ho_so, t.xmin FROM hoc_ba.truong t JOIN hoc_ba.ho_so h USING (ma_truong)
UNION ALL SELECT 'ho_so', h.ma_ho_so, d.xmin FROM hoc_ba.dot_nhap_diem d
    JOIN hoc_ba.ho_so h ON h.nam_hoc = d.nam_hoc AND d.hoc_ky = CASE h.ky WHEN 'HK1' THEN 1 ELSE 2 END
UNION ALL SELECT 'ho_so', ma_ho_so, xmin FROM hoc_ba.yeu_cau_mo_khoa
UNION ALL SELECT 'yeu_cau', ma_yeu_cau::text, xmin FROM hoc_ba.yeu_cau_mo_khoa;
