-- The database of the province as the simulator makes it (synthetic: invented for tests). Tables that are read stand in
-- `hoc_ba`, views for a province that grants no replication in `hub_xem`, what the hub writes in `hub_den`.
CREATE SCHEMA hoc_ba;
CREATE TABLE hoc_ba.truong (ma_truong text PRIMARY KEY, ten text NOT NULL, ma_tinh text NOT NULL);
CREATE TABLE hoc_ba.hoc_sinh (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ma_hs text NOT NULL, ho_ten text NOT NULL, so_dinh_danh text,
    ho_chieu text, ngay_sinh text, gioi_tinh text, dan_toc text, quoc_tich text, khuyet_tat boolean, so_dien_thoai text
);
CREATE TABLE hoc_ba.ho_so (
    ma_ho_so text PRIMARY KEY, hoc_sinh_id bigint NOT NULL, ma_truong text NOT NULL, nam_hoc text NOT NULL,
    ky text NOT NULL, khoi smallint NOT NULL, lop text, xep_loai text, hoan_thanh boolean, hoan_thanh_cap boolean,
    len_lop text, khen_thuong text[] NOT NULL DEFAULT '{}', hoc_tap_hk1 text, hoc_tap_hk2 text, hoc_tap_ca_nam text,
    hoc_tap_lai text, ren_luyen_hk1 text, ren_luyen_hk2 text, ren_luyen_ca_nam text, ren_luyen_lai text,
    nghi_co_phep smallint, nghi_khong_phep smallint, chuyen_de text[] NOT NULL DEFAULT '{}', nhan_xet text,
    ly_do_sua text, nguoi_cap_nhat text
);
CREATE INDEX ho_so_hoc_sinh ON hoc_ba.ho_so (hoc_sinh_id);
CREATE TABLE hoc_ba.diem_mon (
    ma_ho_so text NOT NULL, ma_mon text NOT NULL, muc text, diem numeric(3,1), hk1 text, hk2 text, ca_nam text,
    lai text, mien boolean, nhan_xet text, PRIMARY KEY (ma_ho_so, ma_mon)
);
CREATE TABLE hoc_ba.pham_chat_nang_luc (
    ma_ho_so text NOT NULL, loai text NOT NULL, ma text NOT NULL, muc text, nhan_xet text,
    PRIMARY KEY (ma_ho_so, loai, ma)
);
CREATE TABLE hoc_ba.dot_nhap_diem (
    nam_hoc text NOT NULL, hoc_ky smallint NOT NULL, dang_mo boolean NOT NULL, PRIMARY KEY (nam_hoc, hoc_ky)
);
CREATE TABLE hoc_ba.khoa_so (ma_ho_so text PRIMARY KEY, khoa_luc timestamptz NOT NULL DEFAULT now(), nguoi_khoa text);
CREATE TABLE hoc_ba.yeu_cau_mo_khoa (
    ma_yeu_cau bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ma_ho_so text NOT NULL, ly_do text,
    nguoi_yeu_cau text, luc timestamptz NOT NULL DEFAULT now()
);

CREATE SCHEMA hub_den;
CREATE TABLE hub_den.bien_nhan (
    ma_tra_loi text PRIMARY KEY, nhom text NOT NULL, ma_ho_so text, ma_truong text, nam_hoc text, luc text NOT NULL,
    ket_qua text NOT NULL, loi text NOT NULL, noi_dung text, chu_ky text, ghi_luc timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE hub_den.tiep_nhan (
    ma_tra_loi text PRIMARY KEY, nhom text NOT NULL, ma_truong text, nam_hoc text, luc text NOT NULL,
    hoc_ba text NOT NULL, loi text NOT NULL, noi_dung text, chu_ky text, ghi_luc timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE hub_den.dinh_chinh (
    ma_tra_loi text PRIMARY KEY, nhom text NOT NULL, ma_ho_so text, ma_truong text, nam_hoc text, luc text NOT NULL,
    hoc_ba text NOT NULL, noi_dung text, chu_ky text, ghi_luc timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE hub_den.tra_loi_mo_khoa (
    ma_yeu_cau text PRIMARY KEY, ma_tra_loi text NOT NULL UNIQUE, ma_ho_so text, luc text NOT NULL,
    ket_qua text NOT NULL, loi text NOT NULL, ghi_luc timestamptz NOT NULL DEFAULT now()
);
