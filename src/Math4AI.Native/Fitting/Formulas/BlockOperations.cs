using System.Numerics.Tensors;

namespace Math4AI.Fitting.Formulas;

/// <summary>The operations of a formula on a block of samples: arithmetic and exp by vector code, the rest value by value.</summary>
internal static class BlockOperations
{
    private static readonly UnaryFunction Exp = UnaryFunction.ByName["exp"];

    public static void Apply(
        FormulaKernel.Operation operation, ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> value)
    {
        if (operation.Unary is { } unary)
        {
            if (unary == UnaryFunction.Negate)
            {
                TensorPrimitives.Negate(left, value);
            }
            else
            {
                for (int i = 0; i < value.Length; i++)
                {
                    value[i] = unary.Value(left[i]);
                }
            }
        }
        else if (operation.Binary == BinaryFunction.Add)
        {
            TensorPrimitives.Add(left, right, value);
        }
        else if (operation.Binary == BinaryFunction.Subtract)
        {
            TensorPrimitives.Subtract(left, right, value);
        }
        else if (operation.Binary == BinaryFunction.Multiply)
        {
            TensorPrimitives.Multiply(left, right, value);
        }
        else if (operation.Binary == BinaryFunction.Divide)
        {
            TensorPrimitives.Divide(left, right, value);
        }
        else
        {
            for (int i = 0; i < value.Length; i++)
            {
                value[i] = operation.Binary!.Value(left[i], right[i]);
            }
        }
    }

    /// <summary>target += adjoint · ∂value/∂left.</summary>
    public static void AddLeft(
        FormulaKernel.Operation operation,
        ReadOnlySpan<double> left,
        ReadOnlySpan<double> right,
        ReadOnlySpan<double> value,
        ReadOnlySpan<double> adjoint,
        Span<double> target)
    {
        if (operation.Unary == Exp)
        {
            TensorPrimitives.MultiplyAdd(adjoint, value, target, target);
        }
        else if (operation.Unary == UnaryFunction.Negate)
        {
            TensorPrimitives.Subtract(target, adjoint, target);
        }
        else if (operation.Unary is { } unary)
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] += adjoint[i] * unary.Slope(left[i], value[i]);
            }
        }
        else if (operation.Binary == BinaryFunction.Add || operation.Binary == BinaryFunction.Subtract)
        {
            TensorPrimitives.Add(target, adjoint, target);
        }
        else if (operation.Binary == BinaryFunction.Multiply)
        {
            TensorPrimitives.MultiplyAdd(adjoint, right, target, target);
        }
        else
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] += adjoint[i] * operation.Binary!.LeftSlope(left[i], right[i], value[i]);
            }
        }
    }

    /// <summary>target += adjoint · ∂value/∂right.</summary>
    public static void AddRight(
        FormulaKernel.Operation operation,
        ReadOnlySpan<double> left,
        ReadOnlySpan<double> right,
        ReadOnlySpan<double> value,
        ReadOnlySpan<double> adjoint,
        Span<double> target)
    {
        if (operation.Binary == BinaryFunction.Add)
        {
            TensorPrimitives.Add(target, adjoint, target);
        }
        else if (operation.Binary == BinaryFunction.Subtract)
        {
            TensorPrimitives.Subtract(target, adjoint, target);
        }
        else if (operation.Binary == BinaryFunction.Multiply)
        {
            TensorPrimitives.MultiplyAdd(adjoint, left, target, target);
        }
        else
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] += adjoint[i] * operation.Binary!.RightSlope(left[i], right[i], value[i]);
            }
        }
    }
}
