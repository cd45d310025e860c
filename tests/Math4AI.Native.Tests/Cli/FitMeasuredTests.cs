using System.Globalization;
using System.Text.Json;

namespace Math4AI.Tests.Cli;

/// <summary>Errors of measurement, differential equations, and what follows a fit, from the command line.</summary>
public sealed class FitMeasuredTests : TemporaryFolder
{
    private static Finished Run(string verb, params string[] words) =>
        Repository.Ask([verb, .. words], Repository.OneThread);

    private string Data(string name, string text)
    {
        File.WriteAllText(In(name), text);
        return In(name);
    }

    private static JsonElement Json(Finished finished)
    {
        Assert.True(finished.Code == 0, finished.Errors);
        return JsonDocument.Parse(finished.Output).RootElement;
    }

    private string Saturation() =>
        Data("data.csv", "x,y,s\n1,2.1,.1\n2,3.9,.2\n3,6.2,.1\n4,7.8,.3\n5,10.1,.2\n6,11.7,.4\n");

    [Fact]
    public void Sigma_is_a_column_or_an_expression_and_chi_squared_is_said()
    {
        string[] words = [Saturation(), "--model", "y ~ a*x/(1+b*x)", "--start", "a=2,b=0.01", "-o", In("out"),
            "--no-report", "--force"];
        JsonElement column = Json(Run("fit", [.. words, "--sigma", "s", "--json"]));
        JsonElement weights = Json(Run("fit", [.. words, "--weights", "1/s^2", "--json"]));
        Assert.Equal(0.5279178692973191, column.GetProperty("chiSquaredPValue").GetDouble(), 1e-8);
        Assert.Equal(0.7953847449351373, column.GetProperty("reducedChiSquared").GetDouble(), 1e-8);
        double Error(JsonElement fit) =>
            fit.GetProperty("parameters").GetProperty("a").GetProperty("standardError").GetDouble();
        Assert.Equal(0.07157137329814985, Error(column), 1e-9);
        Assert.Equal(0.06383046070925523, Error(weights), 1e-9);
        Assert.Contains("reduced χ²", Run("fit", [.. words, "--sigma", "0.2"]).Output, StringComparison.Ordinal);
        Assert.True(
            Error(Json(Run("fit", [.. words, "--sigma", "s", "--sigma-x", "x = 0.1", "--json"]))) > Error(column));
        Assert.Equal(2, Run("fit", [.. words, "--sigma-x", "x = 0.1"]).Code);
        Assert.Contains("'z'", Run("fit", [.. words, "--sigma", "z"]).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Derived_quantities_profiles_nested_models_and_predictions_follow_a_fit()
    {
        string[] words =
        [
            Saturation(), "--model", "y ~ a*x/(1+b*x)", "--start", "a=2,b=0.01", "-o", In("out"),
            "--no-report", "--json",
            "--derive", "top = a/b; half = 1/b", "--profile", "--nested", "y ~ a*x", "--predict",
            Data("new.csv", "x\n2.5\n10\n"),
        ];
        JsonElement fit = Json(Run("fit", words));
        JsonElement top = fit.GetProperty("derived").GetProperty("top");
        JsonElement Parameter(string name) => fit.GetProperty("parameters").GetProperty(name);
        double a = Parameter("a").GetProperty("value").GetDouble(), b = Parameter("b").GetProperty("value").GetDouble();
        Assert.Equal(a / b, top.GetProperty("value").GetDouble(), 1e-9 * a / b);
        Assert.True(fit.GetProperty("profileLimits").GetProperty("a").GetProperty("lower").GetDouble() < a);
        JsonElement nested = fit.GetProperty("nested");
        Assert.False(nested.GetProperty("isLarger").GetBoolean());
        Assert.Equal(1, nested.GetProperty("additionalParameters").GetInt32());
        Assert.InRange(nested.GetProperty("pValueOfF").GetDouble(), 0.0, 1.0);
        string[] predicted = File.ReadAllLines(In("out/predictions.csv"));
        Assert.Equal("x,predicted,confidence_from,confidence_to,prediction_from,prediction_to", predicted[0]);
        Assert.Equal(
            a * 2.5 / (1 + b * 2.5), double.Parse(predicted[1].Split(',')[1], CultureInfo.InvariantCulture), 1e-9);
        Assert.Equal(7, File.ReadAllLines(In("out/fitted.csv")).Length);
        Finished again = Run("predict", In("out"), In("new.csv"));
        Assert.Equal(File.ReadAllText(In("out/predictions.csv")), again.Output);
    }

    [Fact]
    public void Differential_equations_are_fitted_to_several_columns()
    {
        string rows = string.Concat(Enumerable.Range(0, 20).Select(i =>
        {
            double t = 0.5 * i, first = Math.Exp(-0.8 * t), second = Math.Exp(-0.3 * t),
                ripple = 0.01 * Math.Sin(i * i);
            return string.Create(
                CultureInfo.InvariantCulture, $"{t},{5 * first + ripple},{4 / -0.5 * (first - second) - ripple}\n");
        }));
        string[] words =
        [
            Data("kinetics.csv", "t,a,b\n" + rows), "--ode", "dA = -k1*A; dB = k1*A - k2*B", "-o", In("out"),
            "--no-report", "--json",
        ];
        JsonElement fit = Json(
            Run("fit", [.. words, "--observe", "a; b ~ A; B", "--initial", "B = 0", "--start", "k1=0.5,k2=0.5,A0=4"]));
        double Value(string name) => fit.GetProperty("parameters").GetProperty(name).GetProperty("value").GetDouble();
        Assert.Equal(0.8, Value("k1"), 0.02);
        Assert.Equal(0.3, Value("k2"), 0.02);
        Assert.Equal(5.0, Value("A0"), 0.05);
        Assert.Equal(2, Run("fit", [.. words, "--observe", "a; b ~ A; B", "--force"]).Code);
        Assert.Equal(2, Run("fit", [.. words, "--start", "k1=1", "--force"]).Code);
        Assert.StartsWith(
            "t,predicted_1,", Run("predict", In("out"), In("kinetics.csv")).Output, StringComparison.Ordinal);
    }
}
