using Math4AI.Separation.Ica;

namespace Math4AI.Tests.Separation;

public class LogCoshTests
{
    [Fact]
    public void The_score_is_tanh_within_four_units_of_rounding_everywhere()
    {
        var random = new Random(1);
        double[] arguments =
        [
            0.0, -0.0, 1e-300, -1e-20, 0.346, -0.347, 19.9, 20.1, -25.0, 700.0, -1e300,
            .. Enumerable.Range(0, 100_000).Select(_ => 44.0 * random.NextDouble() - 22.0),
            .. Enumerable.Range(0, 100_000).Select(_ => 4.0 * random.NextDouble() - 2.0),
        ];
        double[] scores = [.. arguments];
        double squares = LogCosh.Score(scores);
        for (int i = 0; i < arguments.Length; i++)
        {
            Assert.InRange(Math.Abs(scores[i] - Math.Tanh(arguments[i])), 0.0, Math.Pow(2, -51));
        }

        Assert.Equal(scores.Sum(x => x * x), squares, 1e-7);
        double[] again = [.. arguments];
        (double sameSquares, double logCosh) = LogCosh.ScoreAndSum(again);
        Assert.All(again.Zip(arguments, (score, x) => score - Math.Tanh(x)),
            error => Assert.InRange(Math.Abs(error), 0.0, Math.Pow(2, -51)));
        Assert.Equal(squares, sameSquares, 1e-7);
        Assert.Equal(LogCosh.Sum(arguments), logCosh);
    }

    [Fact]
    public void The_score_in_float32_is_tanh_within_its_rounding()
    {
        var random = new Random(1);
        float[] arguments = [0.0f, -0.0f, 1e-30f, 9.9f, -10.1f, 1e30f,
            .. Enumerable.Range(0, 100_001).Select(_ => 24.0f * random.NextSingle() - 12.0f)];
        float[] scores = [.. arguments];
        double squares = scores.Chunk(2048).Sum(block => LogCosh.Score(block));
        LogCosh.Score(scores);
        Assert.All(scores.Zip(arguments, (score, x) => score - Math.Tanh(x)),
            error => Assert.InRange(Math.Abs(error), 0.0, Math.Pow(2, -22)));
        Assert.Equal(1.0, squares / scores.Sum(x => (double)x * x), 1e-6);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(17)]
    public void Any_length_is_handled(int length)
    {
        double[] scores = [.. Enumerable.Range(0, length).Select(i => 0.1 * i - 0.5)];
        LogCosh.Score(scores);
        Assert.All(scores.Select((score, i) => score - Math.Tanh(0.1 * i - 0.5)),
            error => Assert.InRange(Math.Abs(error), 0.0, Math.Pow(2, -51)));
    }

    [Fact]
    public void Sums_of_the_contrast_agree_with_its_definition_and_do_not_overflow()
    {
        var random = new Random(2);
        double[] u = [.. Enumerable.Range(0, 1003).Select(_ => 6.0 * random.NextDouble() - 3.0)];
        double[] v = [.. u.Select(x => x * x - 1.0)];
        double Exact(Func<double, double, double> turn) => u.Zip(v, turn).Sum(x => Math.Log(Math.Cosh(x)));
        Assert.Equal(Exact((a, _) => a), LogCosh.Sum(u), 1e-10);
        (double plus, double minus) = LogCosh.SumsOfTurned(u, v);
        Assert.Equal(Exact((a, b) => (a + b) / Math.Sqrt(2)), plus, 1e-10);
        Assert.Equal(Exact((a, b) => (a - b) / Math.Sqrt(2)), minus, 1e-10);
        Assert.Equal(1e6 - Math.Log(2), LogCosh.Sum([-1e6]), 1e-9);
    }

    [Fact]
    public void The_contrast_of_a_gaussian_is_its_integral()
    {
        double integral = MathNet.Numerics.Integrate.DoubleExponential(
            x => Math.Log(Math.Cosh(x)) * Math.Exp(-x * x / 2.0) / Math.Sqrt(2.0 * Math.PI), -12.0, 12.0, 1e-13);
        Assert.Equal(SaddlePoints.GaussianContrast, integral, 1e-11);
    }
}
