using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Math4AI.Tests.Cli;

public sealed class FitProcessTests : TemporaryFolder
{
    private static readonly string[] Headings =
        ["its uncertainty", "Its parts one by one", "Which inputs matter", "Calibration"];

    private Finished Run(params string[] words) =>
        Repository.Ask(words, Folder, Repository.OneThread);

    [Fact]
    public void A_formula_with_gp_is_fitted_as_a_law_and_a_process_whose_folder_predicts()
    {
        WriteLine();
        Finished fit = Run("fit", "data.csv", "--model", "y ~ a*x + gp(t)", "-o", "out", "--json");
        Assert.True(fit.Code == 0, fit.Errors);
        JsonElement json = JsonDocument.Parse(fit.Output).RootElement;
        Assert.Equal(2.0, json.GetProperty("parameters")[0].GetProperty("value").GetDouble(), 0.1);
        Assert.InRange(json.GetProperty("leaveOneOutCoverage").GetDouble(), 0.8, 1.0);
        Assert.True(File.Exists(In("out/fitted.csv")));
        string page = File.ReadAllText(In("out/report.html"));
        Assert.All(
            Headings,
            heading => Assert.Contains($"{heading}</h2>", page, StringComparison.Ordinal));

        // Each part is shown over the input that it is of.
        string parts = page.Split($"{Headings[1]}</h2>")[1].Split("</h2>")[0];
        Assert.Equal(2, Regex.Count(parts, "Chart: "));
        Assert.Matches(@"Chart: The law\. x from", parts);
        Assert.Matches(@"Chart: [^""]*matern52[^""]*\. t from", parts);
        Finished predict = Run("predict", "out", "data.csv");
        Assert.True(predict.Code == 0, predict.Errors);
        string[] rows = predict.Output.Trim().Split('\n');
        Assert.Equal(61, rows.Length);
        Assert.Equal("x,t,predicted,confidence_from,confidence_to,prediction_from,prediction_to", rows[0]);
        Finished narrow = Run("predict", "out", "data.csv", "--level", "0.5");
        Assert.True(narrow.Code == 0, narrow.Errors);
        Assert.True(Width(narrow.Output.Split('\n')[1]) < 0.5 * Width(rows[1]));
    }

    [Theory]
    [InlineData("--distance", "y ~ a*x + gp(t)", "--distance", "absolute")]
    [InlineData("--predict", "y ~ a*x + gp(t)", "--predict", "data.csv")]
    [InlineData("term of its own", "y ~ a*gp(t)")]
    [InlineData("write gp(…)", "y ~ a*x + gp")]
    public void What_does_not_go_with_a_process_is_refused_with_code_2(
        string expected, string formula, params string[] words)
    {
        WriteLine();
        Finished fit = Run(["fit", "data.csv", "--model", formula, .. words]);
        Assert.Equal(2, fit.Code);
        Assert.Contains(expected, fit.Errors, StringComparison.Ordinal);
    }

    private static double Width(string row)
    {
        double[] cells = [.. row.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
        return cells[6] - cells[5];
    }

    private void WriteLine() => File.WriteAllLines(In("data.csv"), ["x,t,y", .. Enumerable.Range(0, 60).Select(i =>
        FormattableString.Invariant(
            $"{i * 7 % 11},{0.1 * i},{2.0 * (i * 7 % 11) + Math.Sin(0.3 * i) + 0.1 * Math.Cos(9.7 * i * i)}"))]);
}
