using Math4AI.Fitting;
using Math4AI.Fitting.Distances;
using Math4AI.Optimization;

namespace Math4AI.Tests.Fitting;

public class DistanceTests
{
    // Not those that another test has added: what there is depends on which test has run.
    public static TheoryData<string> Names() => [.. DistanceNames.All.Keys
        .Where(name => Distance.Parse(name) is { IsElementwise: true } distance
            && distance.GetType().Assembly == typeof(Distance).Assembly)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_slope_is_the_derivative_and_the_curvature_never_negative(string name)
    {
        Distance distance = Distance.Parse(name);
        foreach (double observed in new[] { 0.0, 0.25, 1.0 })
        {
            foreach (double predicted in new[] { -7.0, -1.1, 0.4, 0.9, 3.3 })
            {
                foreach (double logScale in distance.HasScale ? new[] { -0.5, 0.0, 0.7 } : [0.0])
                {
                    const double Step = 1e-6;
                    Expansion at = distance.Expand(predicted, observed, logScale);
                    double slope = (distance.Expand(predicted + Step, observed, logScale).Value
                        - distance.Expand(predicted - Step, observed, logScale).Value) / (2 * Step);
                    Assert.Equal(slope, at.Slope, 1e-7 * Math.Max(1.0, Math.Abs(slope)));
                    Assert.True(at.Curvature >= 0.0);
                    if (distance.HasScale)
                    {
                        double scaleSlope = (distance.Expand(predicted, observed, logScale + Step).Value
                            - distance.Expand(predicted, observed, logScale - Step).Value) / (2 * Step);
                        Assert.Equal(scaleSlope, at.ScaleSlope, 1e-6 * Math.Max(1.0, Math.Abs(scaleSlope)));
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData("gaussian")]
    [InlineData("laplace")]
    [InlineData("student:3")]
    public void The_likelihood_of_a_distance_with_a_scale_integrates_to_1(string name)
    {
        Distance distance = Distance.Parse(name);
        double sum = 0.0;
        const double Step = 1e-3;
        for (double y = -400.0; y < 400.0; y += Step)
        {
            sum += Step * Math.Exp(-distance.Expand(0.3, y, 0.4).Value);
        }

        Assert.Equal(1.0, sum, 1e-4);
    }

    [Theory]
    [InlineData("squared")]
    [InlineData("absolute")]
    [InlineData("tukey:0.5")]
    [InlineData("student:3")]
    public void The_steps_of_a_fit_are_those_of_all_its_stages(string name)
    {
        var steps = new Steps();
        FitResult fit = (DecayData.Simulate(1) with
        {
            Distance = Distance.Parse(name),
            Options = new MinimizerOptions { Progress = steps },
        }).Fit(DecayData.Start());
        Assert.True(fit.Minimum.IsConverged);
        Assert.True(steps.Count > 2);
        Assert.Equal(steps.Count, fit.Minimum.Iterations);
    }

    [Theory]
    [InlineData("hubert")]
    [InlineData("huber:much")]
    [InlineData("huber:-1")]
    [InlineData("quantile:1.5")]
    public void A_distance_that_is_none_is_refused_with_a_sentence(string text) =>
        Assert.Throws<FormatException>(() => Distance.Parse(text));

    private sealed class Steps : IProgress<MinimizerProgress>
    {
        public int Count { get; private set; }

        public void Report(MinimizerProgress value) => Count++;
    }
}
