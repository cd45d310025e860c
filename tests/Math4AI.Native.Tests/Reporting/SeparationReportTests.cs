using System.Text.RegularExpressions;
using Math4AI.Audio;
using Math4AI.Reporting;
using Math4AI.Separation;

namespace Math4AI.Tests.Reporting;

public class SeparationReportTests
{
    private static string Page(string[] names, bool isSound = true)
    {
        Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing).Slice(0, 48000);
        var mixture = new Recording([.. Enumerable.Range(0, 3).Select(c => party.Channel(c).ToArray())], 48000, names);
        var result = Separator.FastIca().Separate(mixture);
        return new SeparationReport
        {
            Result = result,
            Mixture = mixture,
            Sources = result.Sources,
            IsSound = isSound,
            Command = $"math4ai separate {names[0]}",
            SecondsPerStage = [new("read", 0.1), new("solve", 0.2)],
        }.ToHtml();
    }

    [Fact]
    public void A_file_name_cannot_put_markup_or_scripts_into_the_page()
    {
        string page = Page(["<script>alert(1)</script>", "\"onerror=\"alert(2)", "c & d"]);
        Assert.DoesNotContain("<script>alert", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\"onerror", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.Contains("c &amp; d", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        string page = Page(["a", "b", "c"]);
        string[] addresses =
            [.. Regex.Matches(page, "(?:src|href)=\"([^\"]{0,20})").Select(match => match.Groups[1].Value)];
        Assert.All(addresses, address => Assert.StartsWith("data:", address, StringComparison.Ordinal));
        Assert.DoesNotContain(
            "http",
            Regex.Replace(
                page, "base64,[^\"]*|http-equiv|https://github.com/leeoniya/uPlot", string.Empty),
            StringComparison.Ordinal);
        Assert.Equal(6, Regex.Count(page, "<audio "));

        // Of each of the six signals a waveform and a spectrogram, of each source a density and a score, and two charts
        // of the convergence.
        Assert.Equal(6 * 2 + 3 * 2 + 2, Regex.Count(page, "<figure "));
        Assert.Equal(6, Regex.Count(page, "\"kind\":\"image\""));
    }

    [Fact]
    public void Data_that_are_no_sound_get_no_player() =>
        Assert.DoesNotContain("<audio", Page(["a", "b", "c"], isSound: false), StringComparison.Ordinal);
}
