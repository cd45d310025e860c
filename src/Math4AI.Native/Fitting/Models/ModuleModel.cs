using Math4AI.Runtime;
using MathNet.Numerics.LinearAlgebra;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Fitting.Models;

/// <summary>
/// A model from a module of TorchSharp. Its parameters belong to all samples together, so that one sweep back gives the
/// gradient of a cost, and not every sample's own derivatives.
/// </summary>
internal sealed class ModuleModel : Model
{
    private readonly nn.Module<Tensor, Tensor> module;
    private readonly Parameter[] parameters;

    public ModuleModel(nn.Module<Tensor, Tensor> module, IReadOnlyList<string> inputs, int outputs)
    {
        this.module = ModuleFinalizers.Suppress(module);
        InputNames = inputs;
        Outputs = outputs;
        (string name, Parameter parameter)[] named =
            [.. module.named_parameters().Where(pair => pair.parameter.requires_grad)];
        parameters = [.. named.Select(pair => pair.parameter)];
        ParameterNames =
        [
            .. named.SelectMany(
                pair => Enumerable.Range(0, checked((int)pair.parameter.numel())).Select(i => $"{pair.name}[{i}]")),
        ];
        if (parameters.Length == 0)
        {
            throw new ArgumentException("The module has no parameters that could be fitted.", nameof(module));
        }
    }

    public override IReadOnlyList<string> ParameterNames { get; }

    public override IReadOnlyList<string> InputNames { get; }

    public override int Outputs { get; }

    /// <summary>The module's own parameters.</summary>
    public override Vector<double> Start
    {
        get
        {
            using DisposeScope scope = NewDisposeScope();
            using IDisposable mode = no_grad();
            return Vector<double>.Build.Dense(
                [.. parameters.SelectMany(
                    parameter => parameter.detach().to(float64).reshape(-1).contiguous().data<double>().ToArray())]);
        }
    }

    public override bool HasJacobian => false;

    public override bool IsParallel => false;

    public override double Epsilon => parameters.Max(parameter => finfo(parameter.dtype).eps);

    public override void Evaluate(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, Span<double> values, Span<double> jacobian)
    {
        if (!jacobian.IsEmpty)
        {
            throw new NotSupportedException("A module's derivatives are not known sample by sample.");
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        Place(parameters);
        Forward(inputs).to(float64).contiguous().data<double>().CopyTo(values);
    }

    public override void Gradient(
        Matrix<double> inputs, ReadOnlySpan<double> parameters, OutputSlopes slopes, Span<double> gradient)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = enable_grad();
        Place(parameters);
        Tensor output = Forward(inputs);
        double[] values = output.detach().to(float64).contiguous().data<double>().ToArray(),
            ofValues = new double[values.Length];
        slopes(values, ofValues);
        Tensor weighted = (output * tensor(ofValues, float64).reshape(output.shape).to(output.dtype)).sum();
        IList<Tensor> gradients = autograd.grad([weighted], this.parameters, allow_unused: true);
        int at = 0;
        for (int k = 0; k < gradients.Count; k++)
        {
            Span<double> part = gradient.Slice(at, (int)this.parameters[k].numel());
            at += part.Length;
            if (gradients[k] is { IsInvalid: false } found)
            {
                found.to(float64).reshape(-1).contiguous().data<double>().CopyTo(part);
            }
            else
            {
                part.Clear();
            }
        }
    }

    public override void Leave(Vector<double> parameters)
    {
        using DisposeScope scope = NewDisposeScope();
        Place(parameters.ToArray());
    }

    /// <summary>Outputs × samples.</summary>
    private Tensor Forward(Matrix<double> inputs)
    {
        Tensor x = from_array(inputs.AsColumnMajorArray() ?? inputs.ToColumnMajorArray())
            .reshape(inputs.ColumnCount, inputs.RowCount).transpose(0, 1).to(parameters[0].dtype).contiguous();
        Tensor output = module.call(x);
        return output.numel() == (long)inputs.RowCount * Outputs
            ? output.reshape(inputs.RowCount, Outputs).transpose(0, 1)
            : throw new ArgumentException(
                $"The module gives {FitText.Count(output.numel(), "number")} for "
                + $"{FitText.Count(inputs.RowCount, "sample")}; {Outputs} for each are "
                + "needed.");
    }

    private void Place(ReadOnlySpan<double> theta)
    {
        using IDisposable mode = no_grad();
        int at = 0;
        foreach (Parameter parameter in parameters)
        {
            int count = (int)parameter.numel();
            parameter.copy_(tensor(theta.Slice(at, count).ToArray(), float64).reshape(parameter.shape));
            at += count;
        }
    }
}
