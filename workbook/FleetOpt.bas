Attribute VB_Name = "FleetOpt"
Option Explicit

' The buttons of the planning workbook. Each calls one function of the Python package fleetopt through
' RunPython of xlwings, and does nothing else: Python reads the inputs, solves, and writes the results.
' RunPython is in this workbook's own module xlwings (made by "python -m fleetopt new"), or in the xlwings add-in.

Public Sub RunOptimization()
    CallPython "import fleetopt.excel; fleetopt.excel.run_optimization()"
End Sub

Public Sub CheckInputs()
    CallPython "import fleetopt.excel; fleetopt.excel.check_inputs()"
End Sub

Public Sub ClearResults()
    CallPython "import fleetopt.excel; fleetopt.excel.clear_results()"
End Sub

' The same three in the ribbon. As Object, where As IRibbonControl would need a reference to the Office library.
Public Sub RibbonRunOptimization(ByVal control As Object)
    RunOptimization
End Sub

Public Sub RibbonCheckInputs(ByVal control As Object)
    CheckInputs
End Sub

Public Sub RibbonClearResults(ByVal control As Object)
    ClearResults
End Sub

' Do a command in Python, or say in one sentence what is needed first.
Private Sub CallPython(ByVal pythonCommand As String)
    Dim advice As String
    advice = AdviceOnInterpreter()
    If advice = "" Then advice = AdviceAfterRunning(pythonCommand)
    If advice <> "" Then MsgBox advice, vbExclamation, "FleetOpt"
End Sub

' RunPython is run by its name: a direct call would not compile in a workbook that leaves it to the add-in.
' Only an error that jumps counts: RunPython leaves handled ones in Err when all went well.
Private Function AdviceAfterRunning(ByVal pythonCommand As String) As String
    On Error GoTo NotInWorkbook
    Application.Run OwnMacro("RunPython"), pythonCommand
    Exit Function
NotInWorkbook:
    If Err.Number = 1004 Or Err.Number = 35 Then Resume InAddIn ' the macro was not found, says Excel or VBA
    AdviceAfterRunning = AdviceOnFailure(Err.Description)
    Exit Function
InAddIn:
    On Error GoTo NotInAddIn
    Application.Run Workbooks("xlwings.xlam").Name & "!RunPython", pythonCommand
    Exit Function
NotInAddIn:
    If Err.Number = 9 Then ' no such workbook: the add-in is not loaded
        AdviceAfterRunning = "xlwings is not there: run 'python -m fleetopt new plan.xlsm' in a terminal and use " & _
            "that workbook, or run 'xlwings addin install' and start Excel again."
    Else
        AdviceAfterRunning = AdviceOnFailure(Err.Description)
    End If
End Function

Private Function AdviceOnFailure(ByVal reason As String) As String
    AdviceOnFailure = "Python did not start (" & reason & "): run 'python -m fleetopt doctor' in a terminal, " & _
        "which says what is missing."
End Function

' A macro of this workbook. The plain name will do unless another open workbook may have a macro of that name.
Private Function OwnMacro(ByVal macro As String) As String
    OwnMacro = macro
    If Workbooks.Count > 1 Then OwnMacro = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & macro
End Function

' Looks on Windows whether the Python that the sheet xlwings.conf names is there, if that is a file on a drive.
' Not on a Mac, where Excel asks the user before it looks at a file outside its sandbox.
Private Function AdviceOnInterpreter() As String
    #If Not Mac Then
        Dim python As Variant, found As String
        On Error Resume Next ' there may be no such sheet, or no such drive
        python = Application.VLookup("INTERPRETER_WIN", ThisWorkbook.Worksheets("xlwings.conf").UsedRange, 2, False)
        If IsError(python) Then Exit Function
        If Not python Like "[A-Za-z]:\*" Then Exit Function
        found = Dir(python)
        If found = "" Then
            AdviceOnInterpreter = "There is no Python at " & python & ": make the workbook anew with " & _
                "'python -m fleetopt new plan.xlsm --from """ & ThisWorkbook.FullName & """' in a terminal, " & _
                "or correct INTERPRETER_WIN in the sheet xlwings.conf."
        End If
    #End If
End Function
