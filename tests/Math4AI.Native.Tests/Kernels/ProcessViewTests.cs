using Math4AI.Fitting.Models;
using Math4AI.Kernels;
using Math4AI.Kernels.GaussianProcesses;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;

namespace Math4AI.Tests.Kernels;

public class ProcessViewTests
{
    private static readonly double[] Noise = [.. Vector<double>.Build.Random(120, new Normal(0.0, 0.1, new Random(1)))];

    [Fact]
    public void The_law_and_the_parts_add_up_to_the_mean_which_lies_among_the_draws()
    {
        Matrix<double> x = Matrix<double>.Build.Dense(120, 1, (i, _) => 0.1 * i);
        Vector<double> y =
            Vector<double>.Build.Dense(120, i => 0.5 * x[i, 0] + Math.Sin(2.0 * x[i, 0]) + Noise[i]);
        GaussianProcessFit fit = new GaussianProcess
        {
            Kernel = 1.0 * Kernel.Rbf(0.5) + 0.3 * Kernel.Matern12(0.2),
            Mean = Model.FromFormula("a*x", ["x"]),
            Starts = 1,
        }.Fit(x, y);
        var view = ProcessView.Of(fit, x, y);
        ProcessSlice slice = Assert.Single(view.Slices);
        Assert.Equal((0, 200, 5, 2, 120),
            (slice.Input, slice.X.Count, slice.Draws.Count, slice.Parts.Count, slice.Samples.Count));
        for (int i = 0; i < slice.X.Count; i++)
        {
            Assert.Equal(
                slice.Function.Mean[i], slice.Law[i] + slice.Parts.Sum(part => part.Function.Mean[i]), 1e-12);
            Assert.Equal(fit.MeanParameters[0] * slice.X[i], slice.Law[i], 1e-9);
        }

        double[] scores = [.. slice.Draws.SelectMany(draw => draw.Select(
            (value, i) => (value - slice.Function.Mean[i]) / slice.Function.FunctionDeviation[i]))];
        Assert.Equal(1.0, scores.Average(score => score * score), 0.5);
    }

    [Fact]
    public void An_input_that_does_nothing_matters_least_and_one_that_is_constant_is_not_shown()
    {
        Matrix<double> x = Matrix<double>.Build.Random(120, 3, 5);
        x.SetColumn(1, Vector<double>.Build.Dense(120, 7.0));
        Vector<double> y = Vector<double>.Build.Dense(120, i => Math.Sin(2.0 * x[i, 2]) + Noise[i]);
        GaussianProcessFit fit = new GaussianProcess { Starts = 1 }.Fit(x, y);
        var view = ProcessView.Of(fit, x, y);
        Assert.Equal([2, 0], view.Slices.Select(slice => slice.Input));
        Assert.True(view.Importance[2] > 5.0 * view.Importance[0]);
        Assert.Equal(0.0, view.Importance[1]);

        // Along one input the others stand at their medians.
        Matrix<double> at = Matrix<double>.Build.Dense(1, 3, [x.Column(0).Median(), 7.0, view.Slices[0].X[50]]);
        Assert.Equal(fit.Predict(at).Mean[0], view.Slices[0].Function.Mean[50], 1e-12);
        Assert.Empty(view.Slices[0].Samples);
    }

    [Fact]
    public void The_calibration_is_the_share_within_intervals_of_samples_that_were_not_seen()
    {
        Matrix<double> x = Matrix<double>.Build.Random(120, 1, 2);
        Vector<double> y = Vector<double>.Build.Dense(120, i => Math.Sin(x[i, 0]) + Noise[i]);
        GaussianProcessFit fit = new GaussianProcess { Starts = 1 }.Fit(x, y);
        var view = ProcessView.Of(fit, x, y);
        Assert.Equal(19, view.Calibration.Count);
        Assert.Equal(fit.LeaveOneOut().Coverage(y, 0.5), view.Calibration[9].Share);

        // A binomial share of 120 samples is off by four of its deviations once in 16,000 times.
        Assert.All(view.Calibration, point => Assert.InRange(
            (point.Share - point.Level) / Math.Sqrt(point.Level * (1.0 - point.Level) / 120.0), -4.0, 4.0));
        var other = ProcessView.Of(fit, x, y, fit.Predict(x), y + 100.0);
        Assert.All(other.Calibration, point => Assert.Equal(0.0, point.Share));
        Assert.Empty(ProcessView.Of(fit, x, y, null, null).Calibration);
    }

    [Fact]
    public void A_process_of_inducing_points_is_shown_without_draws_and_parts()
    {
        Matrix<double> x = Matrix<double>.Build.Random(120, 2, 2);
        Vector<double> y = Vector<double>.Build.Dense(120, i => Math.Sin(x[i, 0]) + Noise[i]);
        SparseGaussianProcessFit fit = new SparseGaussianProcess { InducingCount = 30 }.Fit(x, y);
        var view = ProcessView.Of(fit, x, y);
        Assert.Equal(2, view.Slices.Count);
        Assert.Empty(view.Slices[0].Draws);
        Assert.Empty(view.Slices[0].Parts);
        Assert.Empty(view.Calibration);
        Assert.Equal(2, view.Importance.Count);
    }
}
