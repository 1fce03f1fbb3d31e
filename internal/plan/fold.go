package plan

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold brings text to the form in which it is compared, as a human reads it:
// lower case, full-width and styled letters plain, accents gone, and letters
// of other scripts that only look Latin replaced where they stand inside a
// Latin word.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	if s = halfWidth(s); ascii(s) {
		return strings.ToLower(s)
	}
	s = strings.ToLower(norm.NFKC.String(s))
	var b strings.Builder
	b.Grow(len(s))
	for len(s) > 0 {
		n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
		if n < 0 {
			n = len(s)
		}
		foldWord(&b, s[:n])
		s = s[n:]
		if s == "" {
			break
		}
		n = strings.IndexFunc(s, unicode.IsLetter)
		if n < 0 {
			n = len(s)
		}
		b.WriteString(s[:n])
		s = s[n:]
	}
	return b.String()
}

// halfWidth reads full-width letters as plain ones and drops accents that stand
// behind a plain letter: what normalising would do, at a fraction of the time.
func halfWidth(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	plain := false
	for _, r := range s {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			r -= 0xff01 - '!'
		case plain && r >= 0x300 && r < 0x370:
			continue
		}
		plain = r < 0x80
		b.WriteRune(r)
	}
	return b.String()
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// foldWord folds one run of letters. A word wholly in another script is left
// alone; one in which other letters pass for Latin ones is read as Latin.
func foldWord(b *strings.Builder, w string) {
	latin, alike, other := 0, 0, 0
	for _, r := range w {
		switch {
		case r < 0x250:
			latin++
		case lookAlike(r) != 0:
			alike++
		case !unicode.IsMark(r):
			other++
		}
	}
	mixed := alike > 0 && other == 0 && (latin > 0 || smallCaps(w))
	for _, r := range w {
		if mixed {
			if l := lookAlike(r); l != 0 {
				r = l
			}
		}
		switch {
		case r < 0x80:
			b.WriteByte(byte(r))
		case r == 'ß':
			b.WriteString("ss")
		case r < 0x250, r >= 0x1e00 && r < 0x1f00:
			b.WriteRune(unaccent(r))
		case r >= 0x300 && r < 0x370: // combining marks
		case r >= 0x4e00 && r < 0xa000:
			b.WriteRune(simplified(r))
		default:
			b.WriteRune(r)
		}
	}
}

func smallCaps(w string) bool {
	for _, r := range w {
		if !strings.ContainsRune("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", r) {
			return false
		}
	}
	return true
}

func unaccent(r rune) rune {
	if r < 0x250 {
		return plainLatin()[r]
	}
	return decomposed(r)
}

// plainLatin holds the letters below U+0250 without their accents.
var plainLatin = sync.OnceValue(func() (t [0x250]rune) {
	for r := range t {
		t[r] = decomposed(rune(r))
	}
	return t
})

func decomposed(r rune) rune {
	switch r {
	case 'ł':
		return 'l'
	case 'đ':
		return 'd'
	case 'ı':
		return 'i'
	}
	for _, first := range norm.NFD.String(string(r)) {
		return first
	}
	return r
}

// lookAlike returns the Latin letter that r passes for, or 0. After Unicode's
// confusables list (UTS #39), the lower-case letters only.
func lookAlike(r rune) rune {
	const (
		from = "авсԁеһіјкӏмоԛрѕтцѵԝхуαβγικνορστυχᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ"
		to   = "abcdehijklmoqpstuvwxyabyikvopctuxabcdefghijklmnoprstuvwyz"
	)
	if r < 0x250 || r >= 0x530 && r < 0x1d00 || r >= 0x2000 && r < 0xa700 || r > 0xa7ff {
		return 0
	}
	i := 0
	for _, f := range from {
		if f == r {
			return rune(to[i])
		}
		i++
	}
	return 0
}

// simplified returns the simplified form of a traditional Chinese letter, of
// those in which the word lists are written.
func simplified(r rune) rune {
	if s, ok := simpler()[r]; ok {
		return s
	}
	return r
}

var simpler = sync.OnceValue(func() map[rune]rune {
	const (
		from = "丟並乾亂佔併來係倉個們備傳傷僅像價儘償優儲兒內冊別刪則創劃動務區協員問啓啟單嗎嚴" +
			"國圍圖執報場塊壓壞夠學宂實審寫將專對導屆層屬師帳帶幹幾庫廠廢廣張後徑從復惡態慘慣" +
			"慮應戶戸掛採換損撐撥擁擇擊擋據擴擺擾攔敗數斷於昇時暫書會東條棄業極構標樣機檔檢權" +
			"歷歸殺氣汙決沒況減測準溝滯滾滿漲潛濾災為烖無煩熱營爍爲牽狀獨現環產畫異當痲瘓發盜" +
			"盡監盤確碼積穩節範簡簽約紅純級細紹終組結絕給統絶經綜綫維網緊線緣編緩練縮總繞繫繼" +
			"續缐罣罰羣義聯聽腳臟臨臺與舉舊華萬著蓋薦藥處號虧術衝裏補裝裡製複見規視覺觀觸訂計" +
			"訊討託記訪設許訴註評詢試話該詳誌認語誤說説誰調談請論謝證識譯議護讀變讓負財責買費" +
			"資賠賣質賬賴購蹤車軟較載輕輪輯輸輻轉辦連進遊運過違適遲遷選遺還邊邏郵醫釋釘針鈕鉤" +
			"銀銷錄錯鍵鎖鏈鏡鑰長門閃閉開間閱閲閾關隊階際隨險隱離難響頁項順須預頓頭頻題額顛類" +
			"顧顯風颱飆飛餓餘饋馬騎騷驗驟髒體鬚麵麼點參幫貨錢鐘雙幣貼電團園"
		to = "丢并干乱占并来系仓个们备传伤仅象价尽偿优储儿内册别删则创划动务区协员问启启单吗严" +
			"国围图执报场块压坏够学冗实审写将专对导届层属师账带干几库厂废广张后径从复恶态惨惯" +
			"虑应户户挂采换损撑拨拥择击挡据扩摆扰拦败数断于升时暂书会东条弃业极构标样机档检权" +
			"历归杀气污决没况减测准沟滞滚满涨潜滤灾为灾无烦热营烁为牵状独现环产画异当麻痪发盗" +
			"尽监盘确码积稳节范简签约红纯级细绍终组结绝给统绝经综线维网紧线缘编缓练缩总绕系继" +
			"续线挂罚群义联听脚脏临台与举旧华万着盖荐药处号亏术冲里补装里制复见规视觉观触订计" +
			"讯讨托记访设许诉注评询试话该详志认语误说说谁调谈请论谢证识译议护读变让负财责买费" +
			"资赔卖质账赖购踪车软较载轻轮辑输辐转办连进游运过违适迟迁选遗还边逻邮医释钉针钮勾" +
			"银销录错键锁链镜钥长门闪闭开间阅阅阈关队阶际随险隐离难响页项顺须预顿头频题额颠类" +
			"顾显风台飙飞饿余馈马骑骚验骤脏体须面么点参帮货钱钟双币贴电团园"
	)
	plain := []rune(to)
	m := make(map[rune]rune, len(plain))
	for i, r := range []rune(from) {
		m[r] = plain[i]
	}
	return m
})

// unspaced reports text in a script that is written without spaces, or whose
// words carry endings that no list can hold (Hangul).
func unspaced(s string) bool {
	for _, r := range s {
		if cjk(r) {
			return true
		}
	}
	return false
}

func cjk(r rune) bool {
	return r >= 0x2e80 && (unicode.Is(unicode.Han, r) || r >= 0x3040 && r <= 0x30ff || r >= 0xac00 && r <= 0xd7af || r >= 0x31f0 && r <= 0x31ff)
}
