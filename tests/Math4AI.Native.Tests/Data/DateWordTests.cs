using Math4AI.Data.Tables;
using Math4AI.Data.Tables.Cells;

namespace Math4AI.Tests.Data;

/// <summary>Dates with the names of months, as people of some languages write them.</summary>
public class DateWordTests
{
    [Theory]
    [InlineData("5 March 2024")]
    [InlineData("5 Mar 2024")]
    [InlineData("5th of March 2024")]
    [InlineData("5. März 2024")]
    [InlineData("05. Mrz. 2024")]
    [InlineData("5 mars 2024")]
    [InlineData("5 de marzo de 2024")]
    [InlineData("5 mar. 2024")]
    [InlineData("5 marzo 2024")]
    [InlineData("5 de março de 2024")]
    [InlineData("5 maart 2024")]
    [InlineData("5 MÄRZ 2024")]
    public void A_day_is_read_with_the_month_in_words(string text) =>
        Assert.Equal(DaysTo(new DateTime(2024, 3, 5)), Dates.Parse(text, "d MMM yyyy", CellFormat.Default));

    [Theory]
    [InlineData("5. März 2024, 14:05 Uhr", "d MMM yyyy")]
    [InlineData("5. März 2024 um 14:05 Uhr", "d MMM yyyy")]
    [InlineData("5 March 2024 2:05 PM", "d MMM yyyy")]
    [InlineData("March 5th, 2024 14:05", "MMM d, yyyy")]
    [InlineData("5.3.2024 14:05 Uhr", "d.M.yyyy")]
    [InlineData("05.03.2024, 14:05:00 Uhr", "d.M.yyyy")]
    public void So_is_the_time_behind_it(string text, string format) => Assert.Equal(
        DaysTo(new DateTime(2024, 3, 5, 14, 5, 0)), Dates.Parse(text, format, CellFormat.Default));

    [Theory]
    [InlineData("5. Marsch 2024", "d MMM yyyy")]
    [InlineData("31. Februar 2024", "d MMM yyyy")]
    [InlineData("5. März 2024 Uhr", "d MMM yyyy")]
    [InlineData("5 March April 2024", "d MMM yyyy")]
    [InlineData("March", "d MMM yyyy")]
    [InlineData("5.3.2024 Uhr", "d.M.yyyy")]
    public void What_is_no_date_is_none(string text, string format) =>
        Assert.Null(Dates.Parse(text, format, CellFormat.Default));

    [Theory]
    [InlineData("d MMMM yyyy")]
    [InlineData("d MMM yyyy")]
    [InlineData("d. MMMM yyyy")]
    [InlineData("d 'de' MMMM 'de' yyyy")]
    public void Each_month_is_read_in_each_language(string format)
    {
        string[] languages =
        [
            "January February March April May June July August September October November December",
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
            "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
            "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
            "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
            "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
            "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
            "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
            "gen feb mar apr mag giu lug ago set ott nov dic",
            "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
            "januari februari maart april mei juni juli augustus september oktober november december",
        ];
        foreach (string names in languages)
        {
            string[] months = names.Split(' ');
            Assert.Equal(12, months.Length);
            Assert.All(months, (name, month) => Assert.Equal(
                DaysTo(new DateTime(2023, month + 1, 17)),
                Dates.Parse($"17 {name} 2023", format, CellFormat.Default)));
        }
    }

    private static double DaysTo(DateTime date) => (date - CellFormat.Default.DateOrigin).TotalDays;
}
