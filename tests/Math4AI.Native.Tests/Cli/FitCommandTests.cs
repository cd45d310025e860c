using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Math4AI.Tests.Fitting;

namespace Math4AI.Tests.Cli;

public sealed class FitCommandTests : TemporaryFolder
{
    private string Csv(string text)
    {
        string path = In("data.csv");
        File.WriteAllText(path, text);
        return path;
    }

    private Finished Fit(params string[] words) =>
        Repository.Ask(["fit", .. words, "-o", In("out")]);

    private string Misra() =>
        Csv("y,x\n" + string.Join('\n', NistRegression.Read(Repository.Data("nist", "Misra1a.dat")).Rows
        .Select(row => string.Create(CultureInfo.InvariantCulture, $"{row[0]},{row[1]}"))));

    [Fact]
    public void A_fit_writes_its_result_with_all_digits_and_a_report()
    {
        NistRegression set = NistRegression.Read(Repository.Data("nist", "Misra1a.dat"));
        Finished fit = Fit(
            Misra(), "--model", "y ~ b1*(1-exp(-b2*x))", "--start", "b1=500,b2=0.0001", "--bootstrap", "50", "--json");
        Assert.True(fit.Code == 0, fit.Errors);
        JsonElement json = JsonDocument.Parse(fit.Output).RootElement;
        Assert.True(json.GetProperty("converged").GetBoolean());
        JsonElement parameters = json.GetProperty("parameters");
        for (int i = 0; i < 2; i++)
        {
            JsonElement parameter = parameters.GetProperty($"b{i + 1}");
            double value = parameter.GetProperty("value").GetDouble(),
                error = parameter.GetProperty("standardError").GetDouble();
            Assert.True(NistRegression.Digits(value, set.Certified[i]) > 9.0);
            Assert.True(NistRegression.Digits(error, set.Deviations[i]) > 9.0);
            Assert.True(parameter.GetProperty("lower").GetDouble() < value
                && parameter.GetProperty("upper").GetDouble() > value);
            Assert.Equal(error * error, json.GetProperty("covariance")[i][i].GetDouble(), 1e-12 * error * error);
        }

        Assert.True(
            NistRegression.Digits(json.GetProperty("residualSumOfSquares").GetDouble(), set.SumOfSquares) > 8.0);
        foreach (string name in new[] { "termination", "iterations", "cost", "logLikelihood", "aic", "bic", "seconds" })
        {
            Assert.True(json.TryGetProperty(name, out _), name);
        }

        Assert.Equal(fit.Output.Trim(), File.ReadAllText(In("out/result.json")).Trim());
        string report = File.ReadAllText(In("out/report.html"));
        Assert.Contains("Profile likelihood", report, StringComparison.Ordinal);
        Assert.Contains("<b>14</b><span>observations n</span>", report, StringComparison.Ordinal);
        Assert.Contains("--model &#39;y ~ b1*(1-exp(-b2*x))&#39; --start", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "\"isLog\":true", 4)]
    [InlineData("x", "\"isLog\":true", 2)]
    [InlineData("none", "\"isLog\":true", 0)]
    public void Axes_of_the_page_are_logarithmic_where_the_data_span_decades_or_as_asked(
        string? log, string text, int count)
    {
        string rows = string.Join('\n', Enumerable.Range(0, 20).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{Math.Pow(10.0, 0.2 * i)},{(3.0 + i % 2) * Math.Pow(10.0, 0.4 * i)}")));
        Finished fit = Fit(
            [Csv("x,y\n" + rows), "--model", "y ~ a*x^b", "--start", "a=3,b=2", .. log is null
                ? []
                : new[] { "--log", log }]);
        Assert.True(fit.Code == 0, fit.Errors);

        // The data, and the residuals over x, along x; the data along y, and the residuals over the fitted value.
        Assert.Equal(count, Regex.Count(File.ReadAllText(In("out/report.html")), text));
    }

    [Fact]
    public void Axes_that_there_are_not_are_wrong_usage()
    {
        Finished fit = Fit(Csv("x,y\n1,2\n2,3\n3,5\n"), "--model", "y ~ a*x", "--log", "z");
        Assert.Equal(2, fit.Code);
        Assert.Contains("--log takes x, y, x,y or none, not 'z'.", fit.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Distances_are_compared_and_the_one_that_stands_for_the_noise_foretells_best()
    {
        // The data of the README's example: one gross error in five.
        string rows = string.Join('\n', Enumerable.Range(0, 50).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"{i / 10.0},{5.0 * Math.Exp(-0.07 * i) + 1.0 + 0.1 * Math.Sin(i * i) + (i % 5 == 2 ? 8.0 : 0.0)}")));
        Finished fit = Fit(
            Csv("x,y\n" + rows), "--model", "y ~ a*exp(-b*x)+c", "--start", "a=1,b=1,c=0", "--compare",
            "absolute,tukey:1", "--json");
        Assert.True(fit.Code == 0, fit.Errors);
        JsonElement[] compared =
            [.. JsonDocument.Parse(fit.Output).RootElement.GetProperty("comparison").EnumerateArray()];
        Assert.Equal(
            ["tukey:1", "absolute", "squared"], compared.Select(each => each.GetProperty("distance").GetString()));
        double ErrorOfC(JsonElement each) =>
            Math.Abs(each.GetProperty("parameters").GetProperty("c").GetProperty("value").GetDouble() - 1.0);
        Assert.True(ErrorOfC(compared[0]) < 0.1 && ErrorOfC(compared[1]) < 0.2 && ErrorOfC(compared[2]) > 1.0);
        Assert.Contains(
            "The same model with other distances", File.ReadAllText(In("out/report.html")), StringComparison.Ordinal);
        Finished wrong = Fit(In("data.csv"), "--model", "y ~ a+x", "--compare", "nearest", "--force");
        Assert.Equal(2, wrong.Code);
        Assert.Contains("nearest", wrong.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_linear_needs_no_start_and_the_digits_stay()
    {
        NistRegression set = NistRegression.Read(Repository.Data("nist", "Misra1a.dat"));
        Finished fit = Fit(
            Misra(), "--model", "y ~ b1*(1-exp(-b2*x))", "--start", "b2=0.0001", "--linear", "b1", "--compare",
            "absolute", "--json");
        Assert.True(fit.Code == 0, fit.Errors);
        JsonElement json = JsonDocument.Parse(fit.Output).RootElement;
        Assert.StartsWith("variable-projection", json.GetProperty("method").GetString(), StringComparison.Ordinal);
        Assert.True(NistRegression.Digits(
            json.GetProperty("parameters").GetProperty("b1").GetProperty("value").GetDouble(), set.Certified[0]) > 8.0);
    }

    [Fact]
    public void A_fit_that_did_not_converge_ends_with_code_1_and_claims_no_uncertainty()
    {
        string[] words = [Misra(), "--model", "y ~ b1*(1-exp(-b2*x))", "--start", "b1=500,b2=0.0001", "--minimizer",
            "adam", "--force"];
        Finished fit = Fit(words);
        Assert.Equal(1, fit.Code);
        Assert.Contains(
            "--allow-unconverged", Assert.Single(fit.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.Contains("limit on iterations", fit.Output, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(File.ReadAllText(In("out/result.json"))).RootElement;
        Assert.False(json.GetProperty("converged").GetBoolean());
        JsonElement parameter = json.GetProperty("parameters").GetProperty("b1");
        Assert.Equal(JsonValueKind.Number, parameter.GetProperty("value").ValueKind);
        Assert.All(["standardError", "lower", "upper"],
            name => Assert.Equal(JsonValueKind.Null, parameter.GetProperty(name).ValueKind));
        Assert.True(File.Exists(In("out/report.html")));
        Assert.Equal(0, Fit([.. words, "--allow-unconverged", "--no-report"]).Code);
    }

    [Fact]
    public void A_parameter_on_its_bound_is_said_to_be_there()
    {
        string rows = string.Join('\n', Enumerable.Range(0, 30).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{i},{2.0 * i + 1.0 + (i % 2 == 0 ? 0.3 : -0.3)}")));
        Finished fit = Fit(
            Csv("x,y\n" + rows), "--model", "y ~ a*x+b", "--start", "a=0.5,b=0", "--bounds", "a=0..1", "--no-report");
        Assert.True(fit.Code == 0, fit.Errors);
        Assert.Contains("On a bound, and treated as fixed there: a.", fit.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("y; z ~ a*x; a + b*x", "squared", 2)]
    [InlineData("y; z ~ a*x; a + b*x", "euclidean", 2)]
    [InlineData("y ~ a*x; b", "heteroscedastic", 1)]
    [InlineData("k ~ 0*x; a + b*x; b", "categorical", 0)]
    public void Several_outputs_are_fitted_and_drawn(string model, string distance, int curves)
    {
        string data = Csv("y,z,k,x\n1,1.5,0,1\n2.2,2,1,2\n2.9,2.4,1,3\n4.1,3.1,2,4\n5,3.4,0,5\n6.3,4.1,2,6\n");
        Finished fit = Fit(data, "--model", model, "--distance", distance, "--start", "a=1,b=0.1", "--json");
        Assert.True(fit.Code == 0, fit.Errors);
        Assert.True(JsonDocument.Parse(fit.Output).RootElement.GetProperty("converged").GetBoolean(), fit.Output);
        Assert.Equal(curves, Regex.Count(File.ReadAllText(In("out/report.html")), "<h3>Data"));
    }

    [Theory]
    [InlineData(2, "character 11", "y ~ b1*(1-exq(-b2*x))")]
    [InlineData(2, "response", "b1*x")]
    [InlineData(2, "huber:1.5", "y ~ b1*x", "--distance", "huber:soft")]
    [InlineData(2, "b1=one", "y ~ b1*x", "--start", "b1=one")]
    [InlineData(2, "no minimizer", "y ~ b1*x", "--minimizer", "magic")]
    [InlineData(2, "--level", "y ~ b1*x", "--level", "95")]
    [InlineData(1, "no column 'z'", "z ~ b1*x")]
    [InlineData(1, "None of the columns", "q ~ A + B*z")]
    [InlineData(
        1, "the value of log(a) is not finite. Give another --start", "y ~ log(a) + b*x", "--start", "a=-1,b=1")]
    [InlineData(1, "outside its bounds", "y ~ a + b*x", "--fix", "a=7", "--bounds", "a=0..1")]
    [InlineData(1, "'b2'", "y ~ b1*(1-exp(-b2*x))", "--start", "b1=500")]
    [InlineData(1, "'b9'", "y ~ b1*x", "--bounds", "b9=0..1")]
    [InlineData(1, "is none", "y ~ b1*x; b2", "--start", "b1=1,b2=1", "--distance", "categorical")]
    [InlineData(1, "one by one", "y ~ b1*x; b2", "--start", "b1=1,b2=1")]
    [InlineData(1, "not linear", "y ~ b1*exp(b2*x)", "--linear", "b2", "--start", "b1=1")]
    [InlineData(1, "'b7'", "y ~ b1*x", "--linear", "b7")]
    [InlineData(1, "no column 'w'", "y ~ b1*x", "--weights", "w")]
    public void Wrong_words_end_with_one_line_that_says_what(int code, string says, string model, params string[] words)
    {
        Finished fit = Fit([Csv("y,x\n1,1\n2,2\n3,4\n"), "--model", model, .. words]);
        Assert.Equal(code, fit.Code);
        string line = Assert.Single(fit.Errors.TrimEnd().Split('\n'));
        Assert.Contains(says.Replace("b1=one", "'one'", StringComparison.Ordinal), line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("out")));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("y,x\n", "no rows")]
    [InlineData("y,x\n1,1\n2,two\n", "line 3, column 'x': 'two'")]
    [InlineData("y,x\n1,1\n2,\n", "line 3, column 'x': the value is missing")]
    [InlineData("y,x\n1,1\n2\n", "line 3: 1 value, and 2 columns")]
    [InlineData("y,x\n1,1\n", "There is 1 sample for 2 unknown parameters")]
    [InlineData("y,y\n1,1\n", "two columns")]
    public void Wrong_data_end_with_one_line_that_says_where(string text, string says)
    {
        Finished fit = Fit(Csv(text), "--model", "y ~ a + b*x", "--start", "a=1,b=1");
        Assert.Equal(1, fit.Code);
        Assert.Contains(says, Assert.Single(fit.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_there_already_is_kept_unless_forced()
    {
        string data = Csv("y,x\n1,1\n2,2\n3,4\n");
        string[] words = [data, "--model", "y ~ a*x", "--start", "a=1", "--no-report"];
        Assert.Equal(0, Fit(words).Code);
        Finished again = Fit(words);
        Assert.Equal(1, again.Code);
        Assert.Contains("--force", again.Errors, StringComparison.Ordinal);
        Assert.Equal(0, Fit([.. words, "--force"]).Code);
    }
}
