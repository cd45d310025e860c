using System.Globalization;
using System.Text;
using Math4AI.Data.Tables;
using Math4AI.Data.Tables.Cells;

namespace Math4AI.Tests.Data;

/// <summary>
/// Columns of numbers and dates are parsed as they are read; what they are, and every cell of them, is what the texts
/// say that a table is made of without parsing.
/// </summary>
public class TableCellTests : TemporaryFolder
{
    public static TheoryData<string> Cells { get; } =
    [
        "1|2|3", "1|0|1", "0|1|NA|0", "1.5|-2e3|.5|5.|+7|1e-400|-0", "||", "NA|nan|NaN", "1|NULL|3|?|-", "NULL|?|none",
        "007|012|100", "007|007|007", "007|12|100", "007|NULL|012", "00|01|2.0", "1|2|x", "x|1|2", "1|2|2020-01-01",
        "2020-01-01|5|7", "2020-01-01|2021-12-31|", "2020-02-29|2021-02-29|2020-01-01", "2020-01-01|NULL|2020-01-03",
        "2020-01-01 07:30|2020-01-01T23:59:59|2020-01-01 10:00:00.25|2020-01-01T10:00:00Z|2020-01-01T10:00+02:00",
        "2020-01-01|2020-01-01 24:00", "1.1.2020|13.1.2020|2.2.2021", "3/25/2020|4/5/2020|5/6/2020", "yes|no|yes",
        "true|NA|0", "A|B|A|A", "$1|$2.5|$3", "1,234|5,678|9", "-999|3.5|-999|4.5|6.5|7|7.25", "1e30|1e30|5|6.5|7",
        "Infinity|1|2", "∞|1|2", "1e999|1|2", "NAN|1|2", "na|1|2", "−5|6|7", "٣|4|5", "9007199254740993|1|2",
        "123456789012345678901234567890|1|2", "0.1234567890123456789|1|2", "1e22|1e23|123e-22", "0x10|1|2", "1e|2|3",
        "Jan 5, 2020|Feb 7, 2021|Mar 9, 2020", "5 Jan 2020|7 Feb 2021", "5-Jan-20|7-Feb-21", "2020/1/5|2020/12/6",
        "13/1/2020 4:05 PM|14/1/2020 5:06", "1 / 13 / 2020|2 / 14 / 2020", "unknown|missing|5|6", "12 kg|13 kg|14 kg",
    ];

    [Theory]
    [MemberData(nameof(Cells))]
    public void A_column_that_was_parsed_is_what_its_texts_say(string cells)
    {
        string?[] texts = [.. cells.Split('|').Select(cell => CellFormat.IsMissing(cell) ? null : cell)];
        RequireEqual(Read(cells.Split('|')), Table.OfTexts([("x", texts)]));
    }

    [Fact]
    public void So_it_is_over_many_pages_with_the_first_text_anywhere()
    {
        const int Rows = 2 * ParsedCells.PageCells + 5;
        foreach (int at in new[] { 0, 1, ParsedCells.PageCells - 1, ParsedCells.PageCells, Rows - 1, Rows })
        {
            string[] cells = [.. Enumerable.Range(0, Rows).Select(row =>
                row == at ? "word" : row % 7 == 3 ? "" : (row * 0.37).ToString("R", CultureInfo.InvariantCulture))];
            Table read = Read(cells);
            var told = Table.OfTexts([("x", [.. cells.Select(cell => cell.Length > 0 ? cell : null)])]);
            RequireEqual(read, told);
            int[] some = [.. Enumerable.Range(0, Rows).Where(row => row % 5 == 1 && row != at)];
            RequireEqual(read.Select(some), told.Select(some));
            RequireEqual(read.Select(some).Select([3, 1, 2]), told.Select(some).Select([3, 1, 2]));
        }
    }

    [Fact]
    public void Tokens_count_only_in_the_rows_that_are_left()
    {
        Table table = Read(["1", "NULL", "3", "NA"]);
        Assert.False(table.IsNumeric("x"));
        Assert.True(table.Select([0, 2, 3]).IsNumeric("x"));
        Assert.Equal(
            "Column 'x', row 2: 'NULL' is not a number.",
            Assert.Throws<ArgumentException>(() => table.Numbers("x")).Message);
        Assert.Equal([1.0, 3.0, double.NaN], table.Select([0, 2, 3]).Numbers("x"));
    }

    [Fact]
    public void Named_tokens_are_texts_as_they_are_written()
    {
        Table table = Read(["1", "-999", "-999.0", "2"]);
        ColumnForm form = new(ColumnType.Number) { MissingTokens = ["-999"] };
        Assert.Equal([1.0, double.NaN, -999.0, 2.0], table.ReadNumbers("x", form).Values);
    }

    [Fact]
    public void Numbers_in_utf_8_have_the_bits_of_the_parser_of_the_runtime()
    {
        var random = new Random(5);
        string[] odd =
        [
            "-0", "+0", "-0.0e5", "1e", "e5", ".", "-", "", "1e+", "1.2.3", "1e5e5", "--1", " 1", "1 ", "1e0005",
            "9e-5",
        ];
        foreach (string text in odd.Concat(Enumerable.Range(0, 20_000).Select(_ => Some())))
        {
            bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && double.IsFinite(value);
            Assert.Equal(isNumber, PlainDecimal.TryParse(Encoding.UTF8.GetBytes(text), false, out double own));
            Assert.True(
                !isNumber || BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(own), text);
            string comma = text.Replace('.', ',');
            Assert.Equal(isNumber, PlainDecimal.TryParse(Encoding.UTF8.GetBytes(comma), true, out own));
            Assert.True(!isNumber || value.Equals(own), comma);
        }

        string Some()
        {
            double value = (random.NextDouble() - 0.5) * Math.Pow(10.0, random.Next(-30, 30));
            string digits = random.Next(4) switch
            {
                0 => value.ToString("R", CultureInfo.InvariantCulture),
                1 => value.ToString("G6", CultureInfo.InvariantCulture),
                2 => value.ToString("F3", CultureInfo.InvariantCulture),
                _ => random.NextInt64().ToString(CultureInfo.InvariantCulture) + "." + random.Next(1000),
            };
            return random.Next(5) == 0 && !digits.Contains('E', StringComparison.Ordinal)
                ? digits + "e" + random.Next(-40, 40).ToString(CultureInfo.InvariantCulture)
                : digits;
        }
    }

    [Fact]
    public void Dates_in_utf_8_are_those_of_the_strings()
    {
        var random = new Random(6);
        string[] shapes = ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd HH:mm:ss.fff"];
        for (int i = 0; i < 2000; i++)
        {
            var date = new DateTime(random.NextInt64(DateTime.MaxValue.Ticks));
            char[] text = date.ToString(shapes[i % shapes.Length], CultureInfo.InvariantCulture).ToCharArray();
            if (i % 3 == 0)
            {
                text[random.Next(text.Length)] = "0139-:T x"[random.Next(9)];
            }

            Assert.Equal(
                CellFormat.Default.Date(new string(text)), CellFormat.Default.Date(Encoding.UTF8.GetBytes(text)));
        }
    }

    private Table Read(string[] cells)
    {
        // A second column, so that an empty cell is no empty line; a tab separates, so that commas are those of cells.
        File.WriteAllLines(In("cells.tsv"), ["x\tn", .. cells.Select((cell, row) => $"{cell}\t{row}")]);
        return Table.Read(
            In("cells.tsv"), new TableOptions { Choose = _ => ["x"], Separator = '\t', HasDecimalComma = false });
    }

    private static void RequireEqual(Table read, Table told)
    {
        Assert.Equal(told.Rows, read.Rows);
        Assert.Equal(told.IsNumeric("x"), read.IsNumeric("x"));
        Assert.Equal(told.Texts("x"), read.Texts("x"));
        Assert.Equal(Enumerable.Range(0, told.Rows).Select(row => told.Misses(row, ["x"])),
            Enumerable.Range(0, told.Rows).Select(row => read.Misses(row, ["x"])));
        Assert.Equal(Said(() => told.Numbers("x")), Said(() => read.Numbers("x")));
        foreach (IReadOnlyList<string>? tokens in new IReadOnlyList<string>?[] { null, ["1", "-999"] })
        {
            string looked = Said(() => ColumnInference.Of(told, "x", tokens));
            Assert.Equal(looked, Said(() => ColumnInference.Of(read, "x", tokens)));
            if (looked.StartsWith('!'))
            {
                continue;
            }

            (ColumnForm form, string? note) = ColumnInference.Of(told, "x", tokens);
            foreach (ColumnForm each in Forms(form, tokens))
            {
                Assert.Equal(
                    Said(() => ColumnLook.Of(told, "x", each, note)), Said(() => ColumnLook.Of(read, "x", each, note)));
                var forms = new Dictionary<string, ColumnForm> { ["x"] = each };
                Assert.Equal(told.InForms(forms).Texts("x"), read.InForms(forms).Texts("x"));
            }
        }
    }

    private static IEnumerable<ColumnForm> Forms(ColumnForm found, IReadOnlyList<string>? tokens) =>
    [
        found, new(ColumnType.Number), new(ColumnType.Number) { Unit = "kg", Thousands = ',' },
        new(ColumnType.Number) { HasDecimalComma = true }, new(ColumnType.Number) { MissingTokens = tokens },
        new(ColumnType.Date), new(ColumnType.Date) { DateFormat = "d/M/yyyy" }, new(ColumnType.Category),
        new(ColumnType.Category) { TruthValues = ["no", "yes"] },
    ];

    /// <summary>All that a result says, or the message of its exception after an exclamation mark.</summary>
    private static string Said(Func<object> result)
    {
        try
        {
            object found = result();
            return found switch
            {
                double[] numbers => string.Join(
                    ' ', numbers.Select(value => value.ToString("R", CultureInfo.InvariantCulture))),
                ValueTuple<ColumnForm, string?> pair => $"{Written(pair.Item1)} {pair.Item2}",
                ColumnLook look => string.Join('\n',
                    Written(look.Form), look.Missing, look.Distinct, look.Minimum, look.Maximum,
                    string.Join(' ', look.Spread), look.Odd, string.Join(' ', look.OddCells),
                    string.Join(' ', look.Sentinels.Select(pair => pair.Text + pair.Count)), look.Note),
                _ => throw new ArgumentException("unknown", nameof(result)),
            };
        }
        catch (ArgumentException e)
        {
            return "!" + e.Message;
        }
    }

    private static string Written(ColumnForm form) =>
        $"{form} {form.Unit} {form.Thousands} {form.HasDecimalComma} {form.DateFormat} "
        + $"{string.Join('|', form.TruthValues)} {string.Join('|', form.MissingTokens ?? ["usual"])}";
}
